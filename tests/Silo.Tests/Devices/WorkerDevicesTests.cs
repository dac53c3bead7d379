using Atelier.Abstractions;
using Atelier.Silo.Devices;
using Atelier.Silo.Hosting;
using Atelier.Simulation;

namespace Atelier.Silo.Tests.Devices;

public sealed class WorkerDevicesTests
{
    [Theory]
    [InlineData("auto", 0, new[] { "cpu", "cpu" })]
    [InlineData("auto", 3, new[] { "cuda:0", "cuda:1", "cuda:2" })]
    [InlineData("cpu", 3, new[] { "cpu", "cpu" })]
    [InlineData("cuda:2,cuda:0", 3, new[] { "cuda:2", "cuda:0" })]
    [InlineData("cuda:1, cpu", 2, new[] { "cuda:1", "cpu", "cpu" })]
    public void Check_DevicesThatThereAre_GivesOneWorkerAGpuAndTheCountOnTheCpu(string devices, int gpus, string[] expected) =>
        Assert.Equal(expected, Check(devices, gpus));

    [Theory]
    [InlineData("gpu", 1, "devices is 'gpu'; allowed: auto, or cpu, cuda:0, cuda:1, ... with commas between them")]
    [InlineData("", 1, "devices is ''; allowed: auto, or cpu, cuda:0, cuda:1, ... with commas between them")]
    [InlineData("cuda:01", 2, "devices is 'cuda:01'; allowed: auto, or cpu, cuda:0, cuda:1, ... with commas between them")]
    [InlineData("auto,cpu", 1, "devices is 'auto,cpu'; allowed: auto, or cpu, cuda:0, cuda:1, ... with commas between them")]
    [InlineData("cuda:2", 2, "devices is 'cuda:2'; allowed: auto, cpu and cuda:0 to cuda:1")]
    [InlineData("cuda:0", 0, "devices is 'cuda:0'; allowed: auto or cpu, since there is no usable CUDA device")]
    [InlineData("cpu,cpu", 0, "devices is 'cpu,cpu'; allowed: each device once")]
    public void Check_OtherDevices_AreRefusedWithWhatIsAllowed(string devices, int gpus, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidInputException>(() => Check(devices, gpus)).Message);

    [Fact]
    public void Check_FewerThanNoWorkers_AreRefused() =>
        Assert.Equal("workers is '-1'; allowed: 0 or more", Assert.Throws<InvalidInputException>(() => Check("cpu", 0, count: -1)).Message);

    [Fact]
    public void Check_OptionsOfThisMachine_AnswersForItsLibrary()
    {
        var options = new WorkerOptions { Count = 1, Models = new Dictionary<string, string>(), Devices = "cpu" };
        Assert.Equal(["cpu"], options.Check());
        Assert.StartsWith("precision is 'fp16'", Assert.Throws<InvalidInputException>(() => (options with { Precision = "fp16" }).Check()).Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Check(string devices, int gpus, int count = 2) => WorkerDevices.Check(
        new WorkerOptions { Count = count, Models = new Dictionary<string, string>(), Devices = devices },
        new SimulatedModels(new SimulationOptions { CudaDevices = gpus }));
}

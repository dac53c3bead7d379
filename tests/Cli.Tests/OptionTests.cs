namespace Atelier.Cli.Tests;

public sealed class OptionTests
{
    [Theory]
    [InlineData("--steps", "0", "1 to 1000000000")]
    [InlineData("--steps", "many", "1 to 1000000000")]
    [InlineData("--batch", "5000", "1 to 4096")]
    [InlineData("--learning-rate", "0", "0.000000001 to 1")]
    [InlineData("--learning-rate", "NaN", "0.000000001 to 1")]
    [InlineData("--warmup", "-1", "0 to 1000000000")]
    [InlineData("--ema-decay", "1", "0 to 0.999999")]
    [InlineData("--weight-decay", "2", "0 to 1")]
    [InlineData("--gradient-clip", "0", "0.000001 to 1000000")]
    [InlineData("--min-snr-gamma", "-3", "0.000001 to 1000")]
    [InlineData("--uncond-probability", "1.5", "0 to 1")]
    [InlineData("--seed", "-1", "0 to 18446744073709551615")]
    [InlineData("--checkpoint-every", "0", "1 to 1000000000")]
    [InlineData("--max-objects", "3", "1 to 2")]
    [InlineData("--threads", "0", "1 to 1024")]
    [InlineData("--precision", "fp16", "fp32, bf16")]
    [InlineData("--device", "gpu", "cpu, cuda:0, cuda:1, ...")]
    public async Task Train_ValueThatIsNotAllowed_IsRefusedBeforeAnyWork(string option, string value, string allowed)
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = await CommandLine.RunAsync("train", TinyModel.WriteConfig(folder["model.json"]), "--out", folder["run"], option, value);
        Assert.Equal((2, $"{option} is '{value}'; allowed: {allowed}"), (code, error));
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Theory]
    [InlineData("--guidance", "1,,2", "different numbers from 0 to 1000, separated by commas")]
    [InlineData("--guidance", "1,1", "different numbers from 0 to 1000, separated by commas")]
    [InlineData("--samples", "0", "1 to 100000")]
    [InlineData("--steps", "0", "1 to 100000")]
    [InlineData("--sampler", "heunn", "ancestral, ddim, euler, euler-ancestral, plms, dpmpp-2m, dpmpp-2m-karras")]
    [InlineData("--batch", "0", "1 to 4096")]
    [InlineData("--seed", "x", "0 to 18446744073709551615")]
    [InlineData("--workers", "0", "1 to 1024")]
    [InlineData("--device", "cuda", "cpu, cuda:0, cuda:1, ...")]
    public async Task Evaluate_ValueThatIsNotAllowed_IsRefusedBeforeAnyWork(string option, string value, string allowed)
    {
        var (code, _, error) = await CommandLine.RunAsync("evaluate", "nowhere", option, value);
        Assert.Equal((2, $"{option} is '{value}'; allowed: {allowed}"), (code, error));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("4097")]
    [InlineData("AUTO")]
    [InlineData("1.5")]
    public async Task Run_ABatchThatIsNotAllowed_IsRefusedBeforeAnyWork(string batch)
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = await CommandLine.RunAsync("run", "prompts.txt", "--out", folder["out"], "--batch", batch);
        Assert.Equal((2, $"--batch is '{batch}'; allowed: 1 to 4096, by-job or auto"), (code, error));
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Theory]
    [InlineData("--devices", "gpu", "devices is 'gpu'; allowed: auto, or cpu, cuda:0, cuda:1, ... with commas between them")]
    [InlineData("--devices", "cuda:999", "devices is 'cuda:999'; allowed: auto")]
    [InlineData("--precision", "fp64", "--precision is 'fp64'; allowed: fp32, fp16, bf16")]
    [InlineData("--precision", "fp16", "precision is 'fp16'; allowed on cpu of this machine: fp32")]
    public async Task RunAndCluster_DevicesThatAreNotThere_AreRefusedBeforeAnyWork(string option, string value, string message)
    {
        using var folder = new TemporaryFolder();
        var prompts = folder["prompts.txt"];
        File.WriteAllText(prompts, "a red circle\n");
        string[] given = option == "--devices" ? [option, value] : [option, value, "--devices", "cpu"];

        var run = await CommandLine.RunAsync(["run", prompts, "--model", TinyModel.Write(folder["model"]), "--out", folder["out"], .. given]);
        var cluster = await CommandLine.RunAsync(["cluster", "--store", folder["jobs"], .. given]);

        foreach (var (code, _, error) in new[] { run, cluster })
        {
            Assert.Equal(2, code);
            Assert.StartsWith(message, error, StringComparison.Ordinal);
        }
        Assert.False(Directory.Exists(folder["out"]) || Directory.Exists(folder["jobs"]));
    }

    [Fact]
    public async Task Train_GpuThatIsNotThere_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = await CommandLine.RunAsync(
            "train", TinyModel.WriteConfig(folder["model.json"]), "--out", folder["run"], "--device", "cuda:999");
        Assert.Equal(2, code);
        Assert.StartsWith("--device is 'cuda:999'; allowed on this machine: cpu", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_MissingConfig_IsRefused()
    {
        var (code, _, error) = await CommandLine.RunAsync("train", "nothing.json", "--out", "run");
        Assert.Equal((2, "<config> is 'nothing.json', where there is neither a model.json nor a model folder"), (code, error));
    }

    [Fact]
    public async Task Train_OptionWithoutValue_IsRefused()
    {
        var (code, _, error) = await CommandLine.RunAsync("train", "model.json", "--out", "run", "--steps");
        Assert.Equal(2, code);
        Assert.Contains("--steps", error, StringComparison.Ordinal);
    }
}

using System.CommandLine;
using System.Globalization;
using Atelier.Abstractions;
using Atelier.Diffusion.Devices;
using TorchSharp;

namespace Atelier.Cli;

/// <summary>The option <c>--device</c>.</summary>
internal static class DeviceOption
{
    private const string Name = "--device";
    private const string Cuda = "cuda:";

    /// <summary>The option, its form checked.</summary>
    public static Option<string> Create() => new(Name)
    {
        Description = "Where tensors are: cpu, or cuda:N for the GPU of number N.",
        DefaultValueFactory = _ => "cpu",
        CustomParser = result =>
        {
            var given = result.Tokens[0].Value;
            if (given != "cpu" && CudaIndex(given) is null) result.AddError($"{Name} is '{given}'; allowed: cpu, cuda:0, cuda:1, ...");
            return given;
        },
    };

    /// <summary>The device of a name that the option let through; CUDA devices compute as those of workers do.</summary>
    /// <exception cref="InvalidInputException">This machine does not have it.</exception>
    public static torch.Device Open(string name)
    {
        torch.InitializeDeviceType(DeviceType.CPU);
        LibtorchLog.ShowErrorsOnly();
        if (CudaIndex(name) is not { } index) return torch.CPU;
        var count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (index >= count)
        {
            var allowed = count == 0 ? "cpu, since there is no usable CUDA device" : $"cpu, cuda:0 to cuda:{count - 1}";
            throw new InvalidInputException($"{Name} is '{name}'; allowed on this machine: {allowed}");
        }
        CudaNumerics.Configure();
        return new torch.Device(DeviceType.CUDA, index);
    }

    private static int? CudaIndex(string name) =>
        name.StartsWith(Cuda, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(Cuda.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}

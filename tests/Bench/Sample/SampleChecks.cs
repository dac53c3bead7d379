using Atelier.Diffusion.Devices;
using Atelier.Diffusion.Samplers;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Bench.Sample;

/// <summary>Refuses options of <c>sample</c> that cannot be, before anything is built.</summary>
internal static class SampleChecks
{
    private static readonly Dictionary<string, ScalarType> Precisions = new()
    {
        ["fp32"] = ScalarType.Float32,
        ["fp16"] = ScalarType.Float16,
        ["bf16"] = ScalarType.BFloat16,
    };

    /// <summary>Throws unless all is allowed.</summary>
    /// <exception cref="ArgumentException">Names the option, its value and what is allowed.</exception>
    public static void Check(SampleOptions options, GlideOptions glide)
    {
        Require(options.Batch is >= 1 and <= 4096, "--batch", options.Batch, "1 to 4096");
        Require(options.Threads is >= 1 and <= 1024, "--threads", options.Threads, "1 to 1024");
        Require(options.Workers is >= 1 and <= 256, "--workers", options.Workers, "1 to 256");
        Require(options.Calls is >= 1 and <= 100_000, "--calls", options.Calls, "1 to 100000");
        Require(options.Loops >= 0 && options.Loops <= options.Calls, "--loops", options.Loops, $"0 to --calls, which is {options.Calls}");
        Require(options.Steps is null || options.Steps >= 1 && options.Steps <= glide.Diffusion.Timesteps, "--steps", options.Steps!, $"1 to {glide.Diffusion.Timesteps}");
        Require(double.IsFinite(options.Guidance), "--guidance", options.Guidance, "a number; 1 is none");
        Require(options.Precision is null || Precisions.ContainsKey(options.Precision), "--precision", options.Precision!, string.Join(", ", Precisions.Keys));
        Require(options.Device is "cpu" or "cuda" || options.Device.StartsWith("cuda:", StringComparison.Ordinal), "--device", options.Device, "cpu, cuda:0, ...");
        _ = new SamplingSettings { Sampler = options.Sampler, Steps = 1, BatchSize = 1 }.CreateSampler();
    }

    /// <summary>What convolutions compute in.</summary>
    public static ScalarType PrecisionOf(SampleOptions options, GlideOptions glide) =>
        options.Precision is { } name ? Precisions[name] : glide.UseFp16 && options.Device != "cpu" ? ScalarType.Float16 : ScalarType.Float32;

    /// <summary>The option's name of a type.</summary>
    public static string NameOf(ScalarType precision) => Precisions.Single(pair => pair.Value == precision).Key;

    /// <summary>The device, its numerics set as workers set them.</summary>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public static Device DeviceOf(SampleOptions options)
    {
        if (options.Device == "cpu") return CPU;
        CudaNumerics.Configure();
        var index = options.Device == "cuda" ? 0 : int.TryParse(options.Device.AsSpan("cuda:".Length), out var number) ? number : -1;
        Require(cuda.is_available() && index >= 0 && index < cuda.device_count(), "--device", options.Device, cuda.is_available() ? $"cpu, cuda:0 to cuda:{cuda.device_count() - 1}" : "cpu; there is no CUDA device");
        return new Device(DeviceType.CUDA, index);
    }

    private static void Require(bool allowed, string name, object value, string range)
    {
        if (!allowed) throw new ArgumentException(FormattableString.Invariant($"{name} is {value}; allowed: {range}"));
    }
}

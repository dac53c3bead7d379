using Atelier.Abstractions;
using Atelier.Diffusion.Devices;
using static TorchSharp.torch;

namespace Atelier.Silo.Models;

/// <summary>What networks compute in.</summary>
internal static class ModelPrecision
{
    private const string Float32 = "fp32", Float16 = "fp16", BFloat16 = "bf16";

    /// <summary>Refuses a precision that a device does not have.</summary>
    /// <param name="precision">Name of the precision.</param>
    /// <param name="device"><c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="hasBFloat16">Whether the processor multiplies bfloat16 numbers, see <see cref="CpuFeatures.CanMultiplyInBFloat16"/>.</param>
    /// <exception cref="InvalidInputException">Names it and what is allowed.</exception>
    public static void Check(string precision, string device, bool hasBFloat16)
    {
        // libtorch has half precision on processors, but makes it of single precision, and is slower with it.
        string[] allowed = device != "cpu" ? [Float32, Float16, BFloat16] : hasBFloat16 ? [Float32, BFloat16] : [Float32];
        if (!allowed.Contains(precision)) throw new InvalidInputException($"precision is '{precision}'; allowed on {device} of this machine: {string.Join(", ", allowed)}");
    }

    /// <summary>The element type of a precision.</summary>
    /// <param name="precision">A checked name.</param>
    public static ScalarType TypeOf(string precision) => precision switch { Float16 => ScalarType.Float16, BFloat16 => ScalarType.BFloat16, _ => ScalarType.Float32 };
}

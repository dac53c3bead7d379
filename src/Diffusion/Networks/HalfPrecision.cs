using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>
/// Half-precision networks with the official split (<c>convert_to_fp16</c>): convolutions of the blocks and matrix products of the text
/// transformer in half, and norms, embeddings of time and class, and the last layer in float32. Inputs and outputs stay float32.
/// </summary>
public static class HalfPrecision
{
    private static readonly string[] Blocks = ["input_blocks.", "middle_block.", "output_blocks."];

    /// <summary>The parameters that are held in half precision.</summary>
    /// <param name="network">A network of this namespace.</param>
    /// <returns>State-dict keys.</returns>
    public static IEnumerable<string> ParameterNames(nn.Module network) =>
        from entry in network.named_modules()
        where IsHalf(entry.name, entry.module)
        from parameter in entry.module.named_parameters(recurse: false)
        select $"{entry.name}.{parameter.name}";

    /// <summary>Converts a network in place.</summary>
    /// <param name="network">A network of this namespace.</param>
    /// <param name="precision">Float16, BFloat16, or Float32 to go back.</param>
    /// <exception cref="ArgumentException">Another type.</exception>
    public static void Convert(nn.Module network, ScalarType precision)
    {
        if (precision is not (ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32))
            throw new ArgumentException($"precision {precision} is not Float16, BFloat16 or Float32", nameof(precision));
        foreach (var (name, module) in network.named_modules())
            if (IsHalf(name, module)) module.to(precision);
    }

    private static bool IsHalf(string name, nn.Module module) => module switch
    {
        Conv3x3 or Conv1d or Conv2d => Blocks.Any(block => name.StartsWith(block, StringComparison.Ordinal)),
        Linear => name.StartsWith("transformer", StringComparison.Ordinal),
        Embedding => name == "token_embedding",
        _ => false,
    };
}

using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>What a file says about one of its tensors.</summary>
/// <param name="DType">Element type.</param>
/// <param name="Shape">Lengths of its dimensions.</param>
public record TensorEntry(ScalarType DType, long[] Shape)
{
    /// <summary>How many elements it has.</summary>
    public long Elements => Shape.Aggregate(1L, (product, length) => product * length);
}

using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>A block of elements in a checkpoint, of which tensors are views.</summary>
/// <param name="DType">Element type.</param>
/// <param name="Key">Its name in the checkpoint.</param>
/// <param name="Length">Number of elements.</param>
internal sealed record StorageReference(ScalarType DType, string Key, long Length)
{
    public int ElementSize { get; } = DType switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        _ => 1,
    };

    public long Bytes => Length * ElementSize;
}

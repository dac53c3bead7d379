using static TorchSharp.torch;

namespace Atelier.Diffusion.Weights;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="DType">Element type.</param>
/// <param name="Shape">Lengths of its dimensions.</param>
/// <param name="Offset">First byte, counted from the end of the header.</param>
/// <param name="Bytes">Length in bytes.</param>
public sealed record SafetensorsEntry(ScalarType DType, long[] Shape, long Offset, long Bytes) : TensorEntry(DType, Shape);

namespace Atelier.Bench.Sample.Onnx;

/// <summary>A constant of an ONNX graph.</summary>
/// <param name="Name">Its name; of a weight, the state-dict key.</param>
/// <param name="Type">A TensorProto.DataType.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Data">Its bytes; null for a float32 weight, which the network has.</param>
internal sealed record OnnxInitializer(string Name, int Type, long[] Shape, byte[]? Data)
{
    /// <summary>Bytes of its numbers.</summary>
    public long DataLength => Data?.Length ?? sizeof(float) * Shape.Aggregate(1L, (product, size) => product * size);
}

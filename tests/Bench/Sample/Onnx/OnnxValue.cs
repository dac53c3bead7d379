namespace Atelier.Bench.Sample.Onnx;

/// <summary>A tensor of an <see cref="OnnxGraph"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape for a batch of one.</param>
internal sealed record OnnxValue(string Name, params long[] Shape);

namespace Atelier.Bench.Sample.Onnx;

/// <summary>A two-dimensional convolution of a network.</summary>
/// <param name="Channels">Channels of its input.</param>
/// <param name="OutChannels">Channels of its output.</param>
/// <param name="Kernel">Width and height of its kernel.</param>
/// <param name="Stride">Its stride.</param>
/// <param name="Size">Width and height of its output.</param>
internal sealed record OnnxConvolution(long Channels, long OutChannels, long Kernel, long Stride, long Size)
{
    /// <summary>Floating-point operations for one image, two a multiplication and addition.</summary>
    public long Flops => 2 * Channels * OutChannels * Kernel * Kernel * Size * Size;
}

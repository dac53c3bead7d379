using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>A convolution over images.</summary>
internal sealed class Conv2d
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly long[] _stride;
    private readonly long[] _padding;

    public Conv2d(TensorSource at, long channels, long outputs, int kernel, int stride = 1, int padding = 0, bool bias = true)
    {
        _weight = at.Take("weight", null, [outputs, channels, kernel, kernel]);
        if (bias) _bias = at.Take("bias", null, [outputs]);
        _stride = [stride, stride];
        _padding = [padding, padding];
    }

    /// <summary>A 3x3 convolution that keeps the size.</summary>
    public static Conv2d Same(TensorSource at, long channels, long outputs) => new(at, channels, outputs, 3, padding: 1);

    /// <summary>[N, C, H, W] to [N, D, H', W'].</summary>
    public Tensor Forward(Tensor x) => nn.functional.conv2d(x, _weight, _bias, _stride, _padding);
}

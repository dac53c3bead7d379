using Atelier.Diffusion.Kernels;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>y = x W^T + b over the last dimension.</summary>
internal sealed class Linear
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;

    /// <param name="at">Where.</param>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="outputs">Channels of the output.</param>
    /// <param name="bias">Whether there is one.</param>
    /// <param name="convolution">Whether the weights have the shape of a 1x1 convolution, which is the same over the pixels of an image.</param>
    public Linear(TensorSource at, long channels, long outputs, bool bias = true, bool convolution = false)
    {
        _weight = at.Take("weight", null, convolution ? [outputs, channels, 1, 1] : [outputs, channels]);
        if (bias) _bias = at.Take("bias", null, [outputs]);
    }

    /// <summary>[..., C] to [..., D].</summary>
    public Tensor Forward(Tensor x)
    {
        // Other numbers of rows make convolutions of single pixels, which are several times slower: the 77 tokens of a text.
        if (x.dim() == 3 && x.shape[0] * x.shape[1] % Pointwise.Images == 0 && TensorMemory.IsPlain(x)) return Pointwise.Apply(x.contiguous(), _weight, _bias);
        if (_weight.dim() == 2) return nn.functional.linear(x, _weight, _bias);
        using var matrix = _weight.view(_weight.shape[0], _weight.shape[1]);
        return nn.functional.linear(x, matrix, _bias);
    }
}

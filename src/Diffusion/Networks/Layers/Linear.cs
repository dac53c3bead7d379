using Atelier.Diffusion.Kernels;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>y = x W^T + b over the last dimension.</summary>
internal sealed class Linear
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;

    public Linear(TensorSource at, long channels, long outputs, bool bias = true, ScalarType? precision = null)
    {
        _weight = at.Take("weight", precision, [outputs, channels]);
        if (bias) _bias = at.Take("bias", precision, [outputs]);
    }

    /// <summary>[..., C] to [..., D].</summary>
    public Tensor Forward(Tensor x)
    {
        // Not for single rows, for which the other layout costs more than it gains.
        if (x.dim() == 3 && x.shape[0] * x.shape[1] >= 16 && TensorMemory.IsPlain(x)) return Pointwise.Apply(x.contiguous(), _weight, _bias);
        return nn.functional.linear(x, _weight, _bias);
    }
}

using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>x / sqrt(mean(x^2) + epsilon) * weight over the last dimension (Zhang and Sennrich 2019, arXiv:1910.07467), in float32.</summary>
internal sealed class RmsNorm(TensorSource at, long width, double epsilon)
{
    private readonly Tensor _weight = at.Take("weight", null, [width]);

    /// <summary>[..., C] to the same.</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = x.to_type(ScalarType.Float32);
        y = y * rsqrt(y.pow(S(2)).mean([-1], keepdim: true).Plus(S(epsilon)));
        return (y.to_type(x.dtype) * _weight).MoveToOuterDisposeScope();
    }
}

using Atelier.Diffusion.Kernels;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>Group normalisation (Wu and He 2018, arXiv:1803.08494). PyTorch's kernels take statistics and products in float32 and round once, at the end.</summary>
internal sealed class GroupNorm
{
    private static readonly Func<Tensor, Tensor> Silu = Activation.Silu;

    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly int _groups;
    private readonly double _epsilon;

    public GroupNorm(TensorSource at, int groups, long channels, double epsilon)
    {
        _weight = at.Take("weight", null, [channels]);
        _bias = at.Take("bias", null, [channels]);
        (_groups, _epsilon) = (groups, epsilon);
    }

    /// <summary>[N, C, ...] to the same.</summary>
    public Tensor Forward(Tensor x) => _groups == FusedGroupNorm.Groups && x.dim() == 4 && FusedGroupNorm.Supports(x)
        ? FusedGroupNorm.Apply(x, _weight, _bias, null, silu: false, _epsilon)
        : nn.functional.group_norm(x, _groups, _weight, _bias, _epsilon);

    /// <summary>f(norm(x)), or f(norm(x) * (1 + scale) + shift).</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="activation">f.</param>
    /// <param name="scaleShift">Scales and then shifts, [N, 2 C]; null for none.</param>
    public Tensor Activated(Tensor x, Func<Tensor, Tensor> activation, Tensor? scaleShift = null)
    {
        if (activation.Equals(Silu) && _groups == FusedGroupNorm.Groups && FusedGroupNorm.Supports(x))
            return FusedGroupNorm.Apply(x, _weight, _bias, scaleShift, silu: true, _epsilon);
        using var scope = NewDisposeScope();
        var y = nn.functional.group_norm(x, _groups, _weight, _bias, _epsilon);
        if (scaleShift is not null)
        {
            var parts = scaleShift.unsqueeze(-1).unsqueeze(-1).chunk(2, dim: 1);
            y = y.mul_(parts[0].Plus(S(1))).add_(parts[1], alpha: S(1));
        }
        return y.Into(activation).MoveToOuterDisposeScope();
    }
}

using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>Group normalisation (Wu and He 2018, arXiv:1803.08494). PyTorch's kernels take statistics and products in float32 and round once, at the end.</summary>
internal sealed class GroupNorm
{
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
    public Tensor Forward(Tensor x) => nn.functional.group_norm(x, _groups, _weight, _bias, _epsilon);
}

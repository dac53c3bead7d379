using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>
/// Layer normalisation (Ba et al. 2016, arXiv:1607.06450) over the last dimension. PyTorch's kernels take statistics and products in float32 and round
/// once, at the end.
/// </summary>
internal sealed class LayerNorm
{
    private readonly Tensor? _weight;
    private readonly Tensor? _bias;
    private readonly long[] _width;
    private readonly double _epsilon;

    public LayerNorm(TensorSource at, long width, double epsilon = 1e-5)
    {
        _weight = at.Take("weight", null, [width]);
        _bias = at.Take("bias", null, [width]);
        (_width, _epsilon) = ([width], epsilon);
    }

    /// <summary>Without weights.</summary>
    public LayerNorm(long width, double epsilon) => (_width, _epsilon) = ([width], epsilon);

    /// <summary>[..., C] to the same.</summary>
    public Tensor Forward(Tensor x) => nn.functional.layer_norm(x, _width, _weight, _bias, _epsilon);
}

using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>Queries, keys and values of one sequence, each [N, T, H, C].</summary>
internal readonly record struct Heads(Tensor Q, Tensor K, Tensor V)
{
    /// <summary>Both sequences as one.</summary>
    public static Heads Concatenate(Heads first, Heads second) =>
        new(cat([first.Q, second.Q], dim: 1), cat([first.K, second.K], dim: 1), cat([first.V, second.V], dim: 1));

    /// <summary>softmax(Q K^T / sqrt(C)) V, [N, T, H * C].</summary>
    public Tensor Attend()
    {
        using var scope = NewDisposeScope();
        var (n, heads, width) = (Q.shape[0], Q.shape[2], Q.shape[2] * Q.shape[3]);
        return MultiHead.Attend(Q.view(n, -1, width), K.view(n, -1, width), V.view(n, -1, width), (int)heads).MoveToOuterDisposeScope();
    }
}

/// <summary>The layers that make <see cref="Heads"/> of a sequence; queries and keys may be normed head by head (Henry et al. 2020, arXiv:2010.04245).</summary>
internal sealed class HeadProjection
{
    private const double Epsilon = 1e-6;

    private readonly Linear _q;
    private readonly Linear _k;
    private readonly Linear _v;
    private readonly RmsNorm? _normQ;
    private readonly RmsNorm? _normK;
    private readonly int _heads;

    /// <param name="at">Where.</param>
    /// <param name="width">Width of the sequence.</param>
    /// <param name="heads">H.</param>
    /// <param name="normed">Whether queries and keys are.</param>
    /// <param name="added">Whether the keys are those of the sequence that is added to the image.</param>
    public HeadProjection(TensorSource at, int width, int heads, bool normed, bool added = false)
    {
        _q = new Linear(at.Under(added ? "add_q_proj" : "to_q"), width, width);
        _k = new Linear(at.Under(added ? "add_k_proj" : "to_k"), width, width);
        _v = new Linear(at.Under(added ? "add_v_proj" : "to_v"), width, width);
        _heads = heads;
        if (!normed) return;
        _normQ = new RmsNorm(at.Under(added ? "norm_added_q" : "norm_q"), width / heads, Epsilon);
        _normK = new RmsNorm(at.Under(added ? "norm_added_k" : "norm_k"), width / heads, Epsilon);
    }

    /// <summary>[N, T, H * C] to heads.</summary>
    public Heads Forward(Tensor x) => new(Split(_q, _normQ, x), Split(_k, _normK, x), Split(_v, null, x));

    private Tensor Split(Linear layer, RmsNorm? norm, Tensor x)
    {
        var y = layer.Forward(x);
        y = y.view(y.shape[0], y.shape[1], _heads, y.shape[2] / _heads);
        return norm is null ? y : norm.Forward(y);
    }
}

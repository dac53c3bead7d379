using Atelier.Diffusion.Kernels;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>softmax(Q K^T / sqrt(C) + mask) V of H heads of C channels, whose channels lie side by side.</summary>
internal static class MultiHead
{
    // Keys and values of a head that stay in a core's second cache: our own kernel passes through them once every few queries.
    private const long MostFused = 1 << 17;

    /// <summary>Attends.</summary>
    /// <param name="q">[N, T, H * C].</param>
    /// <param name="k">[N, S, H * C].</param>
    /// <param name="v">[N, S, H * C].</param>
    /// <param name="heads">H.</param>
    /// <param name="mask">What is added to the scores, [N or 1, H or 1, T or 1, S], of q's type; null for nothing.</param>
    /// <param name="causal">Whether positions see none behind them.</param>
    /// <returns>[N, T, H * C].</returns>
    public static Tensor Attend(Tensor q, Tensor k, Tensor v, int heads, Tensor? mask = null, bool causal = false)
    {
        using var scope = NewDisposeScope();
        var channels = (int)(q.shape[2] / heads);
        if (mask is null && !causal && k.shape[1] * channels <= MostFused && FusedAttention.Supports(q, channels))
        {
            var source = new FusedAttention.KeyValueRows(k.contiguous(), channels, 0, 0, v.contiguous());
            return FusedAttention.Apply(q.contiguous(), channels, heads, channels, source).MoveToOuterDisposeScope();
        }
        return Join(nn.functional.scaled_dot_product_attention(Split(q, heads), Split(k, heads), Split(v, heads), mask, 0, causal)).MoveToOuterDisposeScope();
    }

    /// <summary>[N, T, H * C] as [N, H, T, C].</summary>
    public static Tensor Split(Tensor x, int heads) => x.view(x.shape[0], x.shape[1], heads, x.shape[2] / heads).transpose(1, 2);

    /// <summary>[N, H, T, C] as [N, T, H * C].</summary>
    public static Tensor Join(Tensor x) => x.transpose(1, 2).reshape(x.shape[0], x.shape[2], x.shape[1] * x.shape[3]);
}

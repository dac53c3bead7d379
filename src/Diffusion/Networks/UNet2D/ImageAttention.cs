using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.UNet2D;

/// <summary>What an image attends to beside itself.</summary>
/// <param name="Sequence">[N, L, W].</param>
/// <param name="Mask">What is added to the scores, [N, 1, 1, L]; null for nothing.</param>
internal readonly record struct Context(Tensor Sequence, Tensor? Mask);

/// <summary>A layer in which the pixels of an image attend to each other and to a context.</summary>
internal interface IImageAttention
{
    /// <summary>[N, C, H, W] to the same.</summary>
    Tensor Forward(Tensor x, Context context);
}

/// <summary>Multi-head attention with the keys to_q, to_k, to_v and to_out.0.</summary>
internal sealed class CrossAttention(TensorSource at, int width, int contextWidth, int heads, bool bias = false)
{
    private readonly Linear _q = new(at.Under("to_q"), width, width, bias);
    private readonly Linear _k = new(at.Under("to_k"), contextWidth, width, bias);
    private readonly Linear _v = new(at.Under("to_v"), contextWidth, width, bias);
    private readonly Linear _out = new(at.Under("to_out.0"), width, width);

    /// <param name="x">[N, T, C].</param>
    /// <param name="context">[N, S, W]; x itself for self-attention.</param>
    /// <param name="mask">What is added to the scores, [N or 1, H or 1, T or 1, S]; null for nothing.</param>
    /// <returns>[N, T, C].</returns>
    public Tensor Forward(Tensor x, Tensor context, Tensor? mask = null)
    {
        using var scope = NewDisposeScope();
        return _out.Forward(MultiHead.Attend(_q.Forward(x), _k.Forward(context), _v.Forward(context), heads, mask)).MoveToOuterDisposeScope();
    }
}

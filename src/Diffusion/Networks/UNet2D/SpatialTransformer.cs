using Atelier.Diffusion.Kernels;
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.UNet2D;

/// <summary>Transformer blocks over the pixels of an image (Rombach et al. 2022, arXiv:2112.10752, section 3.3).</summary>
internal sealed class SpatialTransformer : IImageAttention
{
    // Whatever norm_eps says.
    private const double Epsilon = 1e-6;

    private readonly GroupNorm _norm;
    private readonly Linear _enter;
    private readonly Linear _leave;
    private readonly Block[] _blocks;

    public SpatialTransformer(TensorSource at, int channels, int contextWidth, int heads, int layers, int groups, bool linear)
    {
        _norm = new GroupNorm(at.Under("norm"), groups, channels, Epsilon);
        _enter = new Linear(at.Under("proj_in"), channels, channels, convolution: !linear);
        _blocks = [.. Enumerable.Range(0, layers).Select(i => new Block(at.Under($"transformer_blocks.{i}"), channels, contextWidth, heads))];
        _leave = new Linear(at.Under("proj_out"), channels, channels, convolution: !linear);
    }

    public Tensor Forward(Tensor x, Context context)
    {
        using var scope = NewDisposeScope();
        var h = _norm.Forward(x).Into(Pointwise.ToRows).Into(_enter.Forward);                           // [N, H * W, C]
        foreach (var block in _blocks) h = h.Into(tokens => block.Forward(tokens, context));
        return Pointwise.ToImage(_leave.Forward(h), x.shape[2], x.shape[3]).Plus(x).MoveToOuterDisposeScope();
    }

    /// <summary>x + self-attention(norm(x)), + cross-attention(norm(x)), + feed-forward(norm(x)).</summary>
    private sealed class Block(TensorSource at, int channels, int contextWidth, int heads)
    {
        private readonly LayerNorm _norm1 = new(at.Under("norm1"), channels);
        private readonly CrossAttention _self = new(at.Under("attn1"), channels, channels, heads);
        private readonly LayerNorm _norm2 = new(at.Under("norm2"), channels);
        private readonly CrossAttention _cross = new(at.Under("attn2"), channels, contextWidth, heads);
        private readonly LayerNorm _norm3 = new(at.Under("norm3"), channels);
        private readonly FeedForward _feedForward = new(at.Under("ff"), channels, "geglu");

        public Tensor Forward(Tensor x, Context context)
        {
            using var scope = NewDisposeScope();
            x = _norm1.Forward(x).Into(y => _self.Forward(y, y)).add_(x, alpha: S(1));
            x = _norm2.Forward(x).Into(y => _cross.Forward(y, context.Sequence, context.Mask)).add_(x, alpha: S(1));
            return _norm3.Forward(x).Into(_feedForward.Forward).add_(x, alpha: S(1)).MoveToOuterDisposeScope();
        }
    }
}

using Atelier.Diffusion.Kernels;
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Networks.UNet2D;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Vae;

/// <summary>Two residual blocks and between them attention of one head, as wide as the image, over all pixels.</summary>
internal sealed class MiddleBlock(TensorSource at, int channels, ResnetShape shape, bool attends)
{
    private readonly ResnetBlock _first = new(at.Under("resnets.0"), channels, channels, shape);
    private readonly PixelAttention? _attention = attends ? new PixelAttention(at.Under("attentions.0"), channels, shape) : null;
    private readonly ResnetBlock _second = new(at.Under("resnets.1"), channels, channels, shape);

    /// <summary>[N, C, H, W] to the same.</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = _first.Forward(x);
        if (_attention is not null) h = h.Into(_attention.Forward);
        return _second.Forward(h).MoveToOuterDisposeScope();
    }

    private sealed class PixelAttention
    {
        private readonly GroupNorm _norm;
        private readonly Linear _q;
        private readonly Linear _k;
        private readonly Linear _v;
        private readonly Linear _out;

        public PixelAttention(TensorSource at, int channels, ResnetShape shape)
        {
            _norm = new GroupNorm(at.Under("group_norm"), shape.Groups, channels, shape.Epsilon);
            _q = Layer("to_q", "query");
            _k = Layer("to_k", "key");
            _v = Layer("to_v", "value");
            _out = Layer("to_out.0", "proj_attn");

            // Stable Diffusion 1 and 2 were published with the older names.
            Linear Layer(string name, string older) =>
                new(at.Under(!at.Has(name + ".weight") && at.Has(older + ".weight") ? older : name), channels, channels);
        }

        public Tensor Forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var rows = Pointwise.ToRows(_norm.Forward(x));                                              // [N, H * W, C]
            var y = _out.Forward(MultiHead.Attend(_q.Forward(rows), _k.Forward(rows), _v.Forward(rows), heads: 1));
            return Numerics.Scalars.Plus(Pointwise.ToImage(y, x.shape[2], x.shape[3]), x).MoveToOuterDisposeScope();
        }
    }
}

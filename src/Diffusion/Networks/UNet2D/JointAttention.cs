using Atelier.Diffusion.Kernels;
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.UNet2D;

/// <summary>
/// Pixels attend to the context and, unless only that is wanted, to each other at once: keys and values are those of the context, then those of the
/// image. As in GLIDE, DeepFloyd IF and Karlo.
/// </summary>
internal sealed class JointAttention : IImageAttention
{
    private const double Epsilon = 1e-5;
    private const int ContextGroups = 32;

    private readonly GroupNorm _norm;
    private readonly Func<Tensor, Tensor> _contextNorm;
    private readonly Linear _q;
    private readonly (Linear K, Linear V)? _image;
    private readonly (Linear K, Linear V) _context;
    private readonly Linear _out;
    private readonly int _heads;

    /// <param name="at">Where.</param>
    /// <param name="channels">Of the image.</param>
    /// <param name="contextWidth">Of the context.</param>
    /// <param name="headChannels">Channels of a head.</param>
    /// <param name="groups">Of the image's norm.</param>
    /// <param name="contextNorm">group_norm, layer_norm, or null for none.</param>
    /// <param name="onlyContext">Whether pixels do not attend to each other.</param>
    public JointAttention(TensorSource at, int channels, int contextWidth, int headChannels, int groups, string? contextNorm, bool onlyContext)
    {
        _norm = new GroupNorm(at.Under("group_norm"), groups, channels, Epsilon);
        _contextNorm = ContextNorm(at.Under("norm_cross"), channels, contextWidth, contextNorm);
        _q = new Linear(at.Under("to_q"), channels, channels);
        if (!onlyContext) _image = (new Linear(at.Under("to_k"), channels, channels), new Linear(at.Under("to_v"), channels, channels));
        _context = (new Linear(at.Under("add_k_proj"), contextWidth, channels), new Linear(at.Under("add_v_proj"), contextWidth, channels));
        _out = new Linear(at.Under("to_out.0"), channels, channels);
        _heads = channels / headChannels;
    }

    public Tensor Forward(Tensor x, Context context)
    {
        using var scope = NewDisposeScope();
        var sequence = _contextNorm(context.Sequence);                                                  // [N, L, W]
        var (k, v) = (_context.K.Forward(sequence), _context.V.Forward(sequence));                      // [N, L, C]
        var image = _norm.Forward(x).Into(Pointwise.ToRows);                                            // [N, H * W, C]
        var q = _q.Forward(image);
        var mask = context.Mask;
        if (_image is { } own)
        {
            (k, v) = (cat([k, own.K.Forward(image)], dim: 1), cat([v, own.V.Forward(image)], dim: 1));  // [N, L + H * W, C]
            if (mask is not null) mask = nn.functional.pad(mask, [0, image.shape[1]]);
        }
        var y = _out.Forward(MultiHead.Attend(q, k, v, _heads, mask));
        return Pointwise.ToImage(y, x.shape[2], x.shape[3]).Plus(x).MoveToOuterDisposeScope();
    }

    private static Func<Tensor, Tensor> ContextNorm(TensorSource at, int channels, int contextWidth, string? kind)
    {
        if (kind is null) return sequence => sequence;
        // It has the block's width, so it suits contexts of that width only.
        if (kind == "layer_norm") return new LayerNorm(at, channels).Forward;
        var norm = new GroupNorm(at, ContextGroups, contextWidth, Epsilon);
        return sequence => norm.Forward(sequence.transpose(1, 2)).transpose(1, 2).contiguous();
    }
}

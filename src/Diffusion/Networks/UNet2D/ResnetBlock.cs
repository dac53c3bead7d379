using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.UNet2D;

/// <summary>What the residual blocks of a network have in common.</summary>
/// <param name="Embedding">Width of the embedding; null where there is none.</param>
/// <param name="Groups">Groups of the norms.</param>
/// <param name="Epsilon">Of the norms.</param>
/// <param name="Activation">By name.</param>
/// <param name="ScaleShift">Whether the embedding scales and shifts the second norm instead of being added before it.</param>
/// <param name="SkipTimeActivation">Whether the embedding comes with its activation.</param>
/// <param name="OutScale">What the sum is divided by.</param>
internal sealed record ResnetShape(
    int? Embedding, int Groups, double Epsilon, string Activation, bool ScaleShift = false, bool SkipTimeActivation = false, double OutScale = 1);

/// <summary>How a residual block changes the size of the image.</summary>
internal enum Resampling { None, Down, Up }

/// <summary>(shortcut(x) + conv(f(norm(conv(f(norm(x))), embedding)))) / scale (He et al. 2016, arXiv:1603.05027).</summary>
internal sealed class ResnetBlock
{
    private readonly GroupNorm _norm1;
    private readonly Conv2d _conv1;
    private readonly Linear? _embedding;
    private readonly GroupNorm _norm2;
    private readonly Conv2d _conv2;
    private readonly Conv2d? _shortcut;
    private readonly Func<Tensor, Tensor> _activation;
    private readonly ResnetShape _shape;
    private readonly Resampling _resampling;

    public ResnetBlock(TensorSource at, int channels, int outputs, ResnetShape shape, Resampling resampling = Resampling.None)
    {
        _norm1 = new GroupNorm(at.Under("norm1"), shape.Groups, channels, shape.Epsilon);
        _conv1 = Conv2d.Same(at.Under("conv1"), channels, outputs);
        if (shape.Embedding is { } width) _embedding = new Linear(at.Under("time_emb_proj"), width, shape.ScaleShift ? 2 * outputs : outputs);
        _norm2 = new GroupNorm(at.Under("norm2"), shape.Groups, outputs, shape.Epsilon);
        _conv2 = Conv2d.Same(at.Under("conv2"), outputs, outputs);
        if (channels != outputs) _shortcut = new Conv2d(at.Under("conv_shortcut"), channels, outputs, 1);
        _activation = Activation.Of(shape.Activation);
        (_shape, _resampling) = (shape, resampling);
    }

    /// <param name="x">[N, C, H, W].</param>
    /// <param name="embedding">[N, E]; null where there is none.</param>
    /// <returns>[N, D, H, W], or half or twice the size.</returns>
    public Tensor Forward(Tensor x, Tensor? embedding = null)
    {
        using var scope = NewDisposeScope();
        var h = _norm1.Activated(x, _activation).Into(Resample).Into(_conv1.Forward);
        var condition = embedding is null || _embedding is null
            ? null
            : _embedding.Forward(_shape.SkipTimeActivation ? embedding : _activation(embedding));       // [N, D or 2D]
        if (condition is not null && !_shape.ScaleShift) h = h.add_(condition.unsqueeze(-1).unsqueeze(-1), alpha: S(1));
        h = h.Into(y => _norm2.Activated(y, _activation, _shape.ScaleShift ? condition : null)).Into(_conv2.Forward);

        x = Resample(x);
        h = h.add_(_shortcut is null ? x : _shortcut.Forward(x), alpha: S(1));
        return (_shape.OutScale == 1 ? h : h.div_(S(_shape.OutScale))).MoveToOuterDisposeScope();
    }

    private Tensor Resample(Tensor x) => _resampling switch
    {
        Resampling.Down => nn.functional.avg_pool2d(x, 2, 2),
        Resampling.Up => Resize.Nearest(x, 2 * x.shape[2], 2 * x.shape[3]),
        _ => x,
    };
}

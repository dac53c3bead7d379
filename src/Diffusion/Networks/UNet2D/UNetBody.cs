using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.UNet2D;

/// <summary>A UNet (Ronneberger et al. 2015, arXiv:1505.04597) from its first to its last convolution. It does not know what its embedding is made of.</summary>
internal sealed class UNetBody
{
    private readonly Conv2d _convIn;
    private readonly DownBlock[] _down;
    private readonly (UNetLayer First, ResnetBlock Second)? _middle;
    private readonly UpBlock[] _up;
    private readonly GroupNorm _norm;
    private readonly Conv2d _convOut;
    private readonly Func<Tensor, Tensor> _activation;

    public UNetBody(TensorSource weights, UNet2DConditionConfig config)
    {
        _convIn = new Conv2d(weights.Under("conv_in"), config.InChannels, config.BlockOutChannels[0], config.ConvInKernel, padding: config.ConvInKernel / 2);
        _down = [.. Enumerable.Range(0, config.Levels).Select(i => new DownBlock(weights.Under($"down_blocks.{i}"), config, i, Resnets(config, config.DownBlockTypes[i])))];
        if (config.MidBlockType is { } type)
        {
            var (at, last) = (weights.Under("mid_block"), config.Levels - 1);
            var level = new UNetLevel(config, last, BlockKind.Of(type), Resnets(config, type) with { OutScale = config.MidBlockScaleFactor });
            _middle = (
                new UNetLayer(level.Resnet(at.Under("resnets.0"), level.Channels), level.Attention(at.Under("attentions.0"), last)),
                level.Resnet(at.Under("resnets.1"), level.Channels));
        }
        _up = [.. Enumerable.Range(0, config.Levels).Select(i => new UpBlock(weights.Under($"up_blocks.{i}"), config, i, Resnets(config, config.UpBlockTypes[i])))];
        _norm = new GroupNorm(weights.Under("conv_norm_out"), config.NormNumGroups, config.BlockOutChannels[0], config.NormEps);
        _convOut = new Conv2d(weights.Under("conv_out"), config.BlockOutChannels[0], config.OutChannels, config.ConvOutKernel, padding: config.ConvOutKernel / 2);
        _activation = Activation.Of(config.ActFn);
    }

    /// <param name="x">[N, InChannels, H, W].</param>
    /// <param name="embedding">[N, E].</param>
    /// <param name="context">What images attend to.</param>
    /// <returns>[N, OutChannels, H, W].</returns>
    public Tensor Forward(Tensor x, Tensor embedding, Context context)
    {
        using var scope = NewDisposeScope();
        var skips = new Stack<Tensor>();
        skips.Push(_convIn.Forward(x));
        foreach (var block in _down) block.Forward(skips.Peek(), embedding, context, skips);
        var h = skips.Peek().alias();
        if (_middle is var (first, second)) h = h.Into(y => first.Forward(y, embedding, context)).Into(y => second.Forward(y, embedding));
        foreach (var block in _up) h = block.Forward(h, embedding, context, skips);
        return h.Into(y => _norm.Activated(y, _activation)).Into(_convOut.Forward).MoveToOuterDisposeScope();
    }

    private static ResnetShape Resnets(UNet2DConditionConfig config, string type) => new(
        config.EmbeddingWidth, config.NormNumGroups, config.NormEps, config.ActFn, config.ResnetTimeScaleShift == "scale_shift", config.ResnetSkipTimeAct,
        BlockKind.Of(type).ResnetResampling ? config.ResnetOutScaleFactor : 1);
}

using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.UNet2D;

/// <summary>A level on the way down: residual blocks, each with its attention, then half the size, unless it is the coarsest one.</summary>
internal sealed class DownBlock
{
    private readonly UNetLayer[] _layers;
    private readonly ResnetBlock? _resnetDown;
    private readonly Downsampler? _convDown;

    /// <param name="at">Keys resnets, attentions and downsamplers.</param>
    /// <param name="config">The network.</param>
    /// <param name="index">Number of the level.</param>
    /// <param name="resnet">Its residual blocks.</param>
    public DownBlock(TensorSource at, UNet2DConditionConfig config, int index, ResnetShape resnet)
    {
        var level = new UNetLevel(config, index, BlockKind.Of(config.DownBlockTypes[index]), resnet);
        var channels = config.BlockOutChannels[Math.Max(0, index - 1)];
        _layers = [.. Enumerable.Range(0, config.LayersPerBlock[index]).Select(i => new UNetLayer(
            level.Resnet(at.Under($"resnets.{i}"), i == 0 ? channels : level.Channels), level.Attention(at.Under($"attentions.{i}"), index)))];
        if (index == config.Levels - 1) return;
        if (level.Kind.ResnetResampling) _resnetDown = level.Resnet(at.Under("downsamplers.0"), level.Channels, Resampling.Down);
        else _convDown = new Downsampler(at.Under("downsamplers.0"), level.Channels);
    }

    /// <summary>Computes what goes on, and all that the way up will want.</summary>
    /// <param name="x">[N, C, H, W]; it stays the caller's.</param>
    /// <param name="embedding">[N, E].</param>
    /// <param name="context">What images attend to.</param>
    /// <param name="skips">Gets every result, the last of which goes on.</param>
    public void Forward(Tensor x, Tensor embedding, Context context, Stack<Tensor> skips)
    {
        foreach (var layer in _layers) skips.Push(x = layer.Forward(x, embedding, context));
        if (_resnetDown is not null) skips.Push(_resnetDown.Forward(x, embedding));
        else if (_convDown is not null) skips.Push(_convDown.Forward(x));
    }
}

using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.UNet2D;

/// <summary>A level on the way up: residual blocks over what comes from below and from the way down, then twice the size, unless it is the finest one.</summary>
internal sealed class UpBlock
{
    private readonly UNetLayer[] _layers;
    private readonly ResnetBlock? _resnetUp;
    private readonly Upsampler? _convUp;

    /// <param name="at">Keys resnets, attentions and upsamplers.</param>
    /// <param name="config">The network.</param>
    /// <param name="block">Number of the block; the first is of the coarsest level.</param>
    /// <param name="resnet">Its residual blocks.</param>
    public UpBlock(TensorSource at, UNet2DConditionConfig config, int block, ResnetShape resnet)
    {
        var index = config.Levels - 1 - block;
        var level = new UNetLevel(config, index, BlockKind.Of(config.UpBlockTypes[block]), resnet);
        var (below, layers) = (config.BlockOutChannels[Math.Min(config.Levels - 1, index + 1)], config.LayersPerBlock[index] + 1);
        // The way down had as many results of this level, but the last of them came from the level before.
        _layers = [.. Enumerable.Range(0, layers).Select(i => new UNetLayer(
            level.Resnet(
                at.Under($"resnets.{i}"),
                (i == 0 ? below : level.Channels) + (i == layers - 1 ? config.BlockOutChannels[Math.Max(0, index - 1)] : level.Channels)),
            level.Attention(at.Under($"attentions.{i}"), block)))];
        if (index == 0) return;
        if (level.Kind.ResnetResampling) _resnetUp = level.Resnet(at.Under("upsamplers.0"), level.Channels, Resampling.Up);
        else _convUp = new Upsampler(at.Under("upsamplers.0"), level.Channels);
    }

    /// <param name="x">[N, C, H, W], which is freed.</param>
    /// <param name="embedding">[N, E].</param>
    /// <param name="context">What images attend to.</param>
    /// <param name="skips">Results of the way down, which are freed when they are used.</param>
    /// <returns>[N, D, 2 H, 2 W], or the size of the next result of the way down.</returns>
    public Tensor Forward(Tensor x, Tensor embedding, Context context, Stack<Tensor> skips)
    {
        foreach (var layer in _layers)
        {
            using var skip = skips.Pop();
            x = x.Into(below => cat([below, skip], dim: 1)).Into(both => layer.Forward(both, embedding, context));
        }
        if (_resnetUp is not null) return x.Into(small => _resnetUp.Forward(small, embedding));
        return _convUp is null ? x : x.Into(small => _convUp.Forward(small, skips.Peek().shape[2], skips.Peek().shape[3]));
    }
}

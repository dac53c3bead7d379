using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Networks.UNet2D;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Vae;

/// <summary>Images to means and log variances of latents, side by side in channels.</summary>
internal sealed class Encoder
{
    private readonly Conv2d _convIn;
    private readonly List<Func<Tensor, Tensor>> _layers = [];
    private readonly MiddleBlock _middle;
    private readonly GroupNorm _norm;
    private readonly Conv2d _convOut;
    private readonly Func<Tensor, Tensor> _activation;

    public Encoder(TensorSource at, AutoencoderKlConfig config, ResnetShape shape)
    {
        var channels = config.BlockOutChannels;
        _convIn = Conv2d.Same(at.Under("conv_in"), config.InChannels, channels[0]);
        for (var level = 0; level < channels.Count; level++)
        {
            var block = at.Under($"down_blocks.{level}");
            for (var i = 0; i < config.LayersPerBlock; i++)
            {
                var resnet = new ResnetBlock(block.Under($"resnets.{i}"), i == 0 ? channels[Math.Max(0, level - 1)] : channels[level], channels[level], shape);
                _layers.Add(x => resnet.Forward(x));
            }
            if (level < channels.Count - 1) _layers.Add(new Downsampler(block.Under("downsamplers.0"), channels[level], rightAndBottomOnly: true).Forward);
        }
        _middle = new MiddleBlock(at.Under("mid_block"), channels[^1], shape, config.MidBlockAddAttention);
        _norm = new GroupNorm(at.Under("conv_norm_out"), shape.Groups, channels[^1], shape.Epsilon);
        _convOut = Conv2d.Same(at.Under("conv_out"), channels[^1], 2 * config.LatentChannels);
        _activation = Activation.Of(config.ActFn);
    }

    /// <summary>[N, C, H, W] to [N, 2 L, H / f, W / f].</summary>
    public Tensor Forward(Tensor image)
    {
        using var scope = NewDisposeScope();
        var x = _convIn.Forward(image);
        foreach (var layer in _layers) x = x.Into(layer);
        return x.Into(_middle.Forward).Into(y => _norm.Activated(y, _activation)).Into(_convOut.Forward).MoveToOuterDisposeScope();
    }
}

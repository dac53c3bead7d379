using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Networks.UNet2D;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Vae;

/// <summary>Latents to images.</summary>
internal sealed class Decoder
{
    private readonly Conv2d _convIn;
    private readonly MiddleBlock _middle;
    private readonly List<Func<Tensor, Tensor>> _layers = [];
    private readonly GroupNorm _norm;
    private readonly Conv2d _convOut;
    private readonly Func<Tensor, Tensor> _activation;

    public Decoder(TensorSource at, AutoencoderKlConfig config, ResnetShape shape)
    {
        int[] channels = [.. config.BlockOutChannels.Reverse()];
        _convIn = Conv2d.Same(at.Under("conv_in"), config.LatentChannels, channels[0]);
        _middle = new MiddleBlock(at.Under("mid_block"), channels[0], shape, config.MidBlockAddAttention);
        for (var level = 0; level < channels.Length; level++)
        {
            var block = at.Under($"up_blocks.{level}");
            for (var i = 0; i <= config.LayersPerBlock; i++)
            {
                var resnet = new ResnetBlock(block.Under($"resnets.{i}"), i == 0 ? channels[Math.Max(0, level - 1)] : channels[level], channels[level], shape);
                _layers.Add(x => resnet.Forward(x));
            }
            if (level == channels.Length - 1) continue;
            var upsampler = new Upsampler(block.Under("upsamplers.0"), channels[level]);
            _layers.Add(x => upsampler.Forward(x, 2 * x.shape[2], 2 * x.shape[3]));
        }
        _norm = new GroupNorm(at.Under("conv_norm_out"), shape.Groups, channels[^1], shape.Epsilon);
        _convOut = Conv2d.Same(at.Under("conv_out"), channels[^1], config.OutChannels);
        _activation = Activation.Of(config.ActFn);
    }

    /// <summary>[N, L, H, W] to [N, C, f H, f W].</summary>
    public Tensor Forward(Tensor latents)
    {
        using var scope = NewDisposeScope();
        var x = _convIn.Forward(latents).Into(_middle.Forward);
        foreach (var layer in _layers) x = x.Into(layer);
        return x.Into(y => _norm.Activated(y, _activation)).Into(_convOut.Forward).MoveToOuterDisposeScope();
    }
}

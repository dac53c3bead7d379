// The autoencoder of latent diffusion (Rombach et al. 2022, arXiv:2112.10752, section 3.1).
// It does not know how latents are scaled for a diffusion network, nor how images become bytes.
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Networks.UNet2D;
using Atelier.Diffusion.Networks.Vae;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>Images to latents and back. Keys are those of diffusers' AutoencoderKL; the older names of its attention are known too.</summary>
public sealed class AutoencoderKl : Network
{
    private const double Epsilon = 1e-6, MinLogVariance = -30, MaxLogVariance = 20;

    private readonly Encoder _encoder;
    private readonly Decoder _decoder;
    private readonly Conv2d? _quantize;
    private readonly Conv2d? _postQuantize;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="source">Its weights.</param>
    /// <exception cref="ArgumentException">The shape cannot be built.</exception>
    /// <exception cref="InvalidDataException">The weights do not fit it.</exception>
    public AutoencoderKl(AutoencoderKlConfig config, TensorSource source) : base(source)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        var (moments, latents) = (2 * config.LatentChannels, config.LatentChannels);
        (_encoder, _decoder, _quantize, _postQuantize) = Build(weights =>
        {
            var shape = new ResnetShape(null, config.NormNumGroups, Epsilon, config.ActFn);
            return (
                new Encoder(weights.Under("encoder"), config, shape),
                new Decoder(weights.Under("decoder"), config, shape),
                config.UseQuantConv ? new Conv2d(weights.Under("quant_conv"), moments, moments, 1) : null,
                config.UsePostQuantConv ? new Conv2d(weights.Under("post_quant_conv"), latents, latents, 1) : null);
        });
    }

    /// <summary>Its shape.</summary>
    public AutoencoderKlConfig Config { get; }

    /// <summary>Decodes latents.</summary>
    /// <param name="latents">[N, L, H, W], without scaling and shift.</param>
    /// <returns>[N, C, f H, f W] float32, about -1 to 1.</returns>
    public Tensor Decode(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var x = Cast(latents);
        return _decoder.Forward(_postQuantize is null ? x : _postQuantize.Forward(x)).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Encodes images as normal distributions of latents.</summary>
    /// <param name="image">[N, C, H, W] in -1 to 1; H and W multiples of the factor.</param>
    /// <returns>Mean and logarithm of the variance, each [N, L, H / f, W / f] float32, without scaling and shift.</returns>
    public (Tensor Mean, Tensor LogVariance) Encode(Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var moments = _encoder.Forward(Cast(image));
        if (_quantize is not null) moments = _quantize.Forward(moments);
        var parts = moments.to_type(ScalarType.Float32).chunk(2, dim: 1);
        return (parts[0].contiguous().MoveToOuterDisposeScope(), parts[1].clamp(S(MinLogVariance), S(MaxLogVariance)).MoveToOuterDisposeScope());
    }
}

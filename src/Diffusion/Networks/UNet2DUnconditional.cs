// The UNet of diffusers' UNet2DModel without attention, which Karlo's super-resolution is (Ramesh et al. 2022, arXiv:2204.06125, section 2.2).
// It does not know the noise schedule, nor what is concatenated with its image.
using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Networks.UNet2D;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>f(x_t, t). Keys are those of diffusers' UNet2DModel.</summary>
public sealed class UNet2DUnconditional : Network
{
    private readonly TimeMlp _time;
    private readonly UNetBody _body;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="source">Its weights.</param>
    /// <exception cref="ArgumentException">The shape cannot be built.</exception>
    /// <exception cref="InvalidDataException">The weights do not fit it.</exception>
    public UNet2DUnconditional(UNet2DConfig config, TensorSource source) : base(source)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        Config = config;
        (_time, _body) = Build(weights => (
            new TimeMlp(weights.Under("time_embedding"), config.BlockOutChannels[0], config.Body.EmbeddingWidth), new UNetBody(weights, config.Body)));
    }

    /// <summary>Its shape.</summary>
    public UNet2DConfig Config { get; }

    /// <summary>Computes what the network was trained to predict.</summary>
    /// <param name="x">x_t and what is concatenated with it, [N, InChannels, H, W].</param>
    /// <param name="timesteps">[N], or one for all.</param>
    /// <returns>[N, OutChannels, H, W] float32.</returns>
    public Tensor Forward(Tensor x, Tensor timesteps)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(timesteps);
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var embedding = _time.Forward(Cast(TimeMlp.Sinusoid(timesteps.expand(x.shape[0]), Config.BlockOutChannels[0])));
        return _body.Forward(Cast(x), embedding, default).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}

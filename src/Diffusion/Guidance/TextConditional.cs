using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Samplers;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Guidance;

/// <summary>A text-to-image network with N prompts and what stands against each of them: the null prompt, or a negative one.</summary>
/// <param name="network">The network.</param>
/// <param name="text">Encodings of N prompts followed by N null or negative prompts.</param>
/// <param name="images">Images of the N samples that the network sees beside x_t; null for none.</param>
public sealed class TextConditional(Text2ImUNet network, TextEncoding text, ConcatenatedImages? images = null) : IDenoiser, IDisposable
{
    private TextEncoding? _prompts, _against;

    /// <summary>Where the encodings are.</summary>
    internal Device Device => text.Projection.device;

    /// <summary>The network's output for the prompts alone.</summary>
    /// <inheritdoc/>
    public Tensor Predict(Tensor x, Timesteps timesteps) =>
        network.call(Input(x), timesteps.For(x), _prompts ??= text.Part(0, x.shape[0]));

    /// <summary>The network's output for what stands against the prompts alone.</summary>
    /// <param name="x">x_t, [N, C, H, W] float32.</param>
    /// <param name="timesteps">Where the samples are in time.</param>
    public Tensor PredictAgainst(Tensor x, Timesteps timesteps) =>
        network.call(Input(x), timesteps.For(x), _against ??= text.Part(x.shape[0], x.shape[0]));

    /// <summary>The network's outputs for the prompts and for what stands against them, from one doubled batch.</summary>
    /// <param name="x">x_t, [N, C, H, W] float32.</param>
    /// <param name="timesteps">Where the samples are in time.</param>
    /// <returns>Two outputs, [N, 2C, H, W] each.</returns>
    public (Tensor Conditional, Tensor Unconditional) PredictBoth(Tensor x, Timesteps timesteps)
    {
        var (input, t) = (Input(x), timesteps.For(x));
        var halves = network.call(cat([input, input]), cat([t, t]), text).chunk(2);
        return (halves[0], halves[1]);
    }

    /// <summary>Frees what was made of the encodings, which stay the caller's.</summary>
    public void Dispose()
    {
        _prompts?.Dispose();
        _against?.Dispose();
    }

    private Tensor Input(Tensor x) => images is null ? x : images.Concatenate(x);
}

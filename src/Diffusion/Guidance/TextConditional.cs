using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Samplers;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Guidance;

/// <summary>A text-to-image network with N prompts and what stands against each of them: the null prompt, or a negative one.</summary>
/// <param name="network">The network.</param>
/// <param name="text">Encodings of N prompts followed by N null or negative prompts.</param>
/// <param name="images">Images of the N samples that the network sees beside x_t; null for none.</param>
public sealed class TextConditional(Text2ImUNet network, TextEncoding text, ConcatenatedImages? images = null) : IDenoiser
{
    /// <summary>The network's output for the prompts alone.</summary>
    /// <inheritdoc/>
    public Tensor Predict(Tensor x, Tensor timesteps)
    {
        var n = x.shape[0];
        return network.call(Input(x), timesteps, new TextEncoding(text.Projection.narrow(0, 0, n), text.Sequence.narrow(0, 0, n)));
    }

    /// <summary>The network's outputs for the prompts and for what stands against them, from one doubled batch.</summary>
    /// <param name="x">x_t, [N, C, H, W] float32.</param>
    /// <param name="timesteps">[N].</param>
    /// <returns>Two outputs, [N, 2C, H, W] each.</returns>
    public (Tensor Conditional, Tensor Unconditional) PredictBoth(Tensor x, Tensor timesteps)
    {
        var input = Input(x);
        var halves = network.call(cat([input, input]), cat([timesteps, timesteps]), text).chunk(2);
        return (halves[0], halves[1]);
    }

    private Tensor Input(Tensor x) => images is null ? x : images.Concatenate(x);
}

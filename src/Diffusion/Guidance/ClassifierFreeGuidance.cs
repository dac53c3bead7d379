using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Samplers;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Guidance;

/// <summary>
/// Classifier-free guidance (Ho and Salimans 2022, arXiv:2207.12598, equation 6) in the form of GLIDE (arXiv:2112.10741, equation 6):
/// eps = eps(null) + s (eps(y) - eps(null)), one doubled batch a step, the conditional half first. The variance is the conditional one.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="text">Encodings of N prompts followed by N null prompts.</param>
/// <param name="scale">s, [N, 1, 1, 1] float32: each sample has its own.</param>
public sealed class ClassifierFreeGuidance(Text2ImUNet network, TextEncoding text, Tensor scale) : IDenoiser
{
    /// <inheritdoc/>
    public Tensor Predict(Tensor x, Tensor timesteps)
    {
        var output = network.call(cat([x, x]), cat([timesteps, timesteps]), text);                     // [2N, 2C, H, W]
        var (conditional, unconditional) = Halves(output);
        var c = x.shape[1];
        var epsilon = Combine(conditional.narrow(1, 0, c), unconditional.narrow(1, 0, c), scale);
        return cat([epsilon, conditional.narrow(1, c, c)], dim: 1);
    }

    /// <summary>The guided epsilon.</summary>
    /// <param name="conditional">eps(y).</param>
    /// <param name="unconditional">eps(null).</param>
    /// <param name="scale">s, broadcast over the others.</param>
    public static Tensor Combine(Tensor conditional, Tensor unconditional, Tensor scale) =>
        unconditional + scale * (conditional - unconditional);

    private static (Tensor First, Tensor Second) Halves(Tensor doubled)
    {
        var halves = doubled.chunk(2);
        return (halves[0], halves[1]);
    }
}

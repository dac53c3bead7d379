using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Samplers;
using static TorchSharp.torch;

namespace Atelier.Golden.Loops;

/// <summary>
/// Guidance as the reference's notebook has it: the batch is already doubled, the first half of x goes in twice, both halves get the guided
/// epsilon, and each keeps its own variance.
/// </summary>
internal sealed class NotebookGuidance(Text2ImUNet network, TextEncoding text, double scale) : IDenoiser
{
    public Tensor Predict(Tensor x, Tensor timesteps)
    {
        var half = x.chunk(2)[0];
        var parts = network.call(cat([half, half]), timesteps, text).split(x.shape[1], dim: 1);
        var (conditional, unconditional) = (parts[0].chunk(2)[0], parts[0].chunk(2)[1]);
        var epsilon = ClassifierFreeGuidance.Combine(conditional, unconditional, scale);
        return cat([cat([epsilon, epsilon]), parts[1]], dim: 1);
    }
}

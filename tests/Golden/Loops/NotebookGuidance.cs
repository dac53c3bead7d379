using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Golden.Loops;

/// <summary>
/// Guidance as the reference's notebooks have it: the batch is already doubled, the first half of x goes in twice, both halves get the guided
/// epsilon, and each keeps its own variance.
/// </summary>
internal sealed class NotebookGuidance(ConditionalNetwork network, double scale) : IDenoiser
{
    public Tensor Predict(Tensor x, NoiseLevel at)
    {
        var (c, half) = (x.shape[1], x.chunk(2)[0]);
        var (conditional, unconditional) = network.PredictBoth(half, at);
        var epsilon = ClassifierFreeGuidance.Combine(conditional.narrow(1, 0, c), unconditional.narrow(1, 0, c), full(1, S((float)scale)));
        var values = cat([conditional, unconditional]).narrow(1, c, c);
        return cat([cat([epsilon, epsilon]), values], dim: 1);
    }
}

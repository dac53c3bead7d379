using Atelier.Diffusion.Processes;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>
/// x_{t-1} ~ p(x_{t-1} | x_t) (Ho et al. 2020, arXiv:2006.11239, Algorithm 2), its mean moved by the classifier where one guides
/// (Dhariwal and Nichol 2021, arXiv:2105.05233, Algorithm 1).
/// </summary>
public sealed class AncestralSampler : SingleStepSampler
{
    /// <inheritdoc/>
    public override bool UsesNoise => true;

    /// <inheritdoc/>
    public override (Tensor Sample, Tensor PredictedXStart) Step(DenoisingProcess process, Tensor x, StepIndex t, Tensor noise)
    {
        var p = process.Distribution(x, t);
        var mean = process.Gradient(x, t) is { } gradient ? GaussianDiffusion.ConditionMean(p, gradient) : p.Mean;
        var notLast = t.At(process.Diffusion.Schedule.Steps, i => i == 0 ? 0 : 1);
        return (mean.Plus(notLast * (exp(S(0.5) * p.LogVariance) * noise)), p.PredictedXStart);
    }
}

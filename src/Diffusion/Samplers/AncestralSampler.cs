using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
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
    public override LevelSpacing Spacing => LevelSpacing.Ancestral;

    /// <inheritdoc/>
    public override bool UsesNoise => true;

    /// <inheritdoc/>
    public override (Tensor Sample, Tensor PredictedXStart) Step(DenoisingProcess process, Tensor x, LevelRun run, int index, Tensor noise)
    {
        var (at, next) = (run.From(index), run.To(index));
        // The posterior of the last step has no variance; the one before stands in for it, as in the reference, or where there is none beta.
        var smallest = index + 1 < run.Steps ? new Posterior(run.From(index + 1), run.To(index + 1)).Variance : new Posterior(at, next).Beta;
        var p = process.Distribution(x, at, next, smallest);
        var mean = process.Gradient(x, at) is { } gradient ? GaussianDiffusion.ConditionMean(p, gradient) : p.Mean;
        return (next.Sigma > 0 ? mean.Plus(exp(S(0.5) * p.LogVariance) * noise) : mean, p.PredictedXStart);
    }
}

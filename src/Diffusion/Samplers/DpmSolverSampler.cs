using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>
/// DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095, Algorithm 2): a multi-step solver of second order of the diffusion's ordinary
/// differential equation in lambda = log(alpha / sigma), exact in its linear part. Deterministic, one network evaluation a step. Steps from pure noise and to
/// the image itself, where lambda is infinite, are of first order, and so is the last one of a short run, which second order makes unstable.
/// </summary>
/// <param name="spacing">Where the steps are: <see cref="LevelSpacing.Solver"/> or <see cref="LevelSpacing.Karras"/>.</param>
public sealed class DpmSolverSampler(LevelSpacing spacing = LevelSpacing.Solver) : ISampler
{
    // Runs of fewer steps end with one of first order, as in the authors' code.
    private const int LongRun = 15;

    /// <inheritdoc/>
    public LevelSpacing Spacing => spacing;

    /// <inheritdoc/>
    public IEnumerable<SamplingStep> Run(
        DenoisingProcess process, LevelRun run, Func<int, Tensor> noise, CancellationToken cancellationToken = default)
    {
        Tensor? earlier = null;     // x_0 as predicted one step before
        try
        {
            foreach (var step in SamplingLoop.Run(Enumerable.Range(0, run.Steps).Reverse(), noise(-1), Step, cancellationToken)) yield return step;
        }
        finally
        {
            earlier?.Dispose();
        }

        (Tensor Sample, Tensor PredictedXStart) Step(Tensor x, int index)
        {
            var (at, next) = (run.From(index), run.To(index));
            var (_, xStart) = process.Predict(x, at);
            if (next.Sigma == 0) return (xStart, xStart.alias());

            var h = next.Lambda - at.Lambda;
            var direction = xStart;
            if (earlier is not null && (index > 0 || run.Steps >= LongRun))
            {
                var r = (at.Lambda - run.From(index + 1).Lambda) / h;
                if (double.IsFinite(r)) direction = S(1 + 1 / (2 * r)) * xStart - S(1 / (2 * r)) * earlier;
            }
            earlier?.Dispose();
            earlier = xStart.alias().DetachFromDisposeScope();
            return (S(next.Sigma / at.Sigma) * x - S(next.Alpha * double.ExpM1(-h)) * direction, xStart);
        }
    }
}

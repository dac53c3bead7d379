using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>
/// Pseudo linear multi-step sampling (Liu et al. 2022, arXiv:2202.09778, equation 12) without Runge-Kutta steps, as Stable Diffusion was released with: the
/// first step is taken twice, the second time with the mean of what the network gives at its two ends, and the order rises with the steps. Deterministic.
/// </summary>
public sealed class PndmSampler : ISampler
{
    private const int History = 3;

    // Adams-Bashforth, the newest first.
    private static readonly double[][] Weights = [[1], [3 / 2.0, -1 / 2.0], [23 / 12.0, -16 / 12.0, 5 / 12.0], [55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0]];

    /// <inheritdoc/>
    public LevelSpacing Spacing => LevelSpacing.Pseudo;

    /// <inheritdoc/>
    public IEnumerable<SamplingStep> Run(DenoisingProcess process, LevelRun run, Func<int, Tensor> noise, CancellationToken cancellationToken = default)
    {
        var earlier = new List<Tensor>();       // outputs of the network, the newest first
        Tensor? start = null;
        try
        {
            foreach (var step in SamplingLoop.Run(Enumerable.Range(0, run.Steps).Reverse(), noise(-1), Step, cancellationToken)) yield return step;
        }
        finally
        {
            foreach (var output in earlier) output.Dispose();
            start?.Dispose();
        }

        (Tensor Sample, Tensor PredictedXStart) Step(Tensor x, int index)
        {
            var (at, next) = (run.From(index), run.To(index));
            var output = process.Output(x, at);
            if (index == run.Steps - 2)
            {
                // The end of the first step, from which that is taken again.
                output = (output.Plus(earlier[0])) / S(2);
                x = start!;
            }
            else
            {
                if (earlier.Count == 0) start = x.clone().DetachFromDisposeScope();
                earlier.Insert(0, output.alias().DetachFromDisposeScope());
                if (earlier.Count > History + 1)
                {
                    earlier[^1].Dispose();
                    earlier.RemoveAt(earlier.Count - 1);
                }
                var weights = Weights[earlier.Count - 1];
                output = earlier.Select((one, i) => one * S(weights[i])).Aggregate((sum, one) => sum.Plus(one));
            }
            // Predictions of all kinds are mixed as they are.
            var (epsilon, xStart) = process.Parts(output, x, at);
            return ((S(next.Alpha) * xStart).Plus(S(next.Sigma) * epsilon), xStart);
        }
    }
}

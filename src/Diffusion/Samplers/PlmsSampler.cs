using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>
/// Pseudo linear multi-step sampling (Liu et al. 2022, arXiv:2202.09778, equation 12 and Algorithm 2), after three pseudo Runge-Kutta steps
/// (equation 13) of four network evaluations each; with <paramref name="rungeKutta"/> every step is one of those (PRK). Deterministic. As in
/// the implementations that GLIDE's users run, the first and the last step of the schedule are not taken, so S timesteps make S - 2 steps.
/// </summary>
/// <param name="rungeKutta">Whether to use Runge-Kutta steps only.</param>
public sealed class PlmsSampler(bool rungeKutta = false) : ISampler
{
    private const int History = 3;

    /// <summary>Sees each step's own epsilon, before it is mixed with earlier ones; for comparisons.</summary>
    internal Action<Tensor>? OnEpsilon { get; set; }

    /// <inheritdoc/>
    public int StepsIn(LevelRun run) => run.Steps - 2;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The schedule has fewer than three steps.</exception>
    public IEnumerable<SamplingStep> Run(
        DenoisingProcess process, LevelRun run, Func<int, Tensor> noise, CancellationToken cancellationToken = default)
    {
        if (StepsIn(run) < 1) throw new ArgumentException($"plms needs at least 3 timesteps, not {run.Steps}");
        return Steps(process, run, noise(-1), cancellationToken);
    }

    private IEnumerable<SamplingStep> Steps(DenoisingProcess process, LevelRun run, Tensor start, CancellationToken cancellationToken)
    {
        var earlier = new Queue<Tensor>();      // epsilons of the last steps, the oldest first
        try
        {
            foreach (var step in SamplingLoop.Run(Enumerable.Range(1, StepsIn(run)).Reverse(), start, Step, cancellationToken)) yield return step;
        }
        finally
        {
            foreach (var epsilon in earlier) epsilon.Dispose();
        }

        (Tensor Sample, Tensor PredictedXStart) Step(Tensor x, int t)
        {
            var (at, next) = (run.From(t), run.To(t));
            var epsilon = process.PredictEpsilon(x, at);
            var direction = epsilon;
            if (rungeKutta || earlier.Count < History)
            {
                var middle = Between(at, next);
                var second = process.PredictEpsilon(Transfer(x, epsilon, at, middle), middle);
                var third = process.PredictEpsilon(Transfer(x, second, at, middle), middle);
                var fourth = process.PredictEpsilon(Transfer(x, third, at, next), next);
                epsilon = direction = epsilon.Plus(S(2) * second).Plus(S(2) * third).Plus(fourth) / S(6);
            }
            else
            {
                var old = earlier.ToArray();
                direction = ((S(55) * epsilon - S(59) * old[2]).Plus(S(37) * old[1]) - S(9) * old[0]) / S(24);
            }
            OnEpsilon?.Invoke(epsilon);
            if (earlier.Count == History) earlier.Dequeue().Dispose();
            earlier.Enqueue(epsilon.alias().DetachFromDisposeScope());
            return (Transfer(x, direction, at, next), process.Clip(XStart(x, epsilon, at)));
        }
    }

    // x at another level of the solution that has this epsilon here (equation 11): DDIM with eta 0.
    private static Tensor Transfer(Tensor x, Tensor epsilon, NoiseLevel at, NoiseLevel to) => (XStart(x, epsilon, at) * S(to.Alpha)).Plus(S(to.Sigma) * epsilon);

    private static Tensor XStart(Tensor x, Tensor epsilon, NoiseLevel at) => Prediction.Epsilon.XStart(epsilon, x, at);

    // Half a step on: alphaBar and timestep are taken as linear between the steps.
    private static NoiseLevel Between(NoiseLevel at, NoiseLevel next) =>
        NoiseLevel.OfAlphaBar((at.Timestep + next.Timestep) / 2, (at.Alpha * at.Alpha + next.Alpha * next.Alpha) / 2);
}

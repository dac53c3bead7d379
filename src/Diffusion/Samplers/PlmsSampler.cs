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
    public int StepsIn(NoiseSchedule schedule) => schedule.Steps - 2;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The schedule has fewer than three steps.</exception>
    public IEnumerable<SamplingStep> Run(DenoisingProcess process, Func<int, Tensor> noise, CancellationToken cancellationToken = default)
    {
        if (StepsIn(process.Diffusion.Schedule) < 1) throw new ArgumentException($"plms needs at least 3 timesteps, not {process.Diffusion.Schedule.Steps}");
        return Steps(process, noise(-1), cancellationToken);
    }

    private IEnumerable<SamplingStep> Steps(DenoisingProcess process, Tensor start, CancellationToken cancellationToken)
    {
        var earlier = new Queue<Tensor>();      // epsilons of the last steps, the oldest first
        try
        {
            foreach (var step in SamplingLoop.Run(Enumerable.Range(1, StepsIn(process.Diffusion.Schedule)).Reverse(), start, Step, cancellationToken))
                yield return step;
        }
        finally
        {
            foreach (var epsilon in earlier) epsilon.Dispose();
        }

        (Tensor Sample, Tensor PredictedXStart) Step(Tensor x, int t)
        {
            var epsilon = Predict(process, x, t);
            var direction = epsilon;
            if (rungeKutta || earlier.Count < History)
            {
                var second = Predict(process, Transfer(process, x, epsilon, t, t - 0.5), t - 0.5);
                var third = Predict(process, Transfer(process, x, second, t, t - 0.5), t - 0.5);
                var fourth = Predict(process, Transfer(process, x, third, t, t - 1), t - 1);
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
            return (Transfer(process, x, direction, t, t - 1), process.Clip(PredictXStart(process, x, epsilon, t)));
        }
    }

    // x at step `to` of the solution that has this epsilon at step `from` (equation 11): DDIM with eta 0, between fractional steps.
    private static Tensor Transfer(DenoisingProcess process, Tensor x, Tensor epsilon, double from, double to)
    {
        var there = AlphaBarAt(process, to);
        return (PredictXStart(process, x, epsilon, from) * S(Math.Sqrt(there))).Plus(S(Math.Sqrt(1 - there)) * epsilon);
    }

    private static Tensor PredictXStart(DenoisingProcess process, Tensor x, Tensor epsilon, double step)
    {
        var alphaBar = AlphaBarAt(process, step);
        return (x - S(Math.Sqrt(1 - alphaBar)) * epsilon) / S(Math.Sqrt(alphaBar));
    }

    private static Tensor Predict(DenoisingProcess process, Tensor x, double step) =>
        process.PredictEpsilon(x, TimestepAt(process, step), AlphaBarAt(process, step));

    private static double AlphaBarAt(DenoisingProcess process, double step) => NoiseSchedule.Interpolate(process.Diffusion.Schedule.AlphasCumprod, step);

    private static double TimestepAt(DenoisingProcess process, double step) =>
        NoiseSchedule.Interpolate(Array.ConvertAll(process.Diffusion.Schedule.TimestepMap, timestep => (double)timestep), step);
}

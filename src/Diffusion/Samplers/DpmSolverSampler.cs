using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>
/// DPM-Solver++(2M) (Lu et al. 2022, arXiv:2211.01095, Algorithm 2): a multi-step solver of second order of the diffusion's ordinary
/// differential equation in lambda = log(alpha / sigma), exact in its linear part. Deterministic, one network evaluation a step.
/// </summary>
/// <remarks>
/// No step begins at a noise level sigma / alpha above 80, the highest of Karras et al. 2022 (arXiv:2206.00364, table 1). The cosine schedule goes
/// on to 20,000: of ten Karras steps seven would be spent where nothing but noise is seen, and an epsilon network's predicted image is its error
/// times that number.
/// </remarks>
/// <param name="spacing">Where the steps are.</param>
public sealed class DpmSolverSampler(TimestepSpacing spacing) : ISampler
{
    // rho of Karras et al. 2022, arXiv:2206.00364, equation 5.
    private const double Rho = 7;

    // sigma_max of Karras et al., in sigma / alpha.
    private const double Noisiest = 80;

    /// <inheritdoc/>
    public int StepsIn(NoiseSchedule schedule) => schedule.Steps;

    /// <inheritdoc/>
    public IEnumerable<SamplingStep> Run(DenoisingProcess process, Func<int, Tensor> noise, CancellationToken cancellationToken = default) =>
        Solve(process, noise(-1), [.. Points(process.Diffusion.Schedule), new Point(0, 1)], cancellationToken);

    /// <summary>A point in time: a timestep, which may be fractional, and alphaBar there; 1 at the end.</summary>
    internal readonly record struct Point(double Timestep, double AlphaBar)
    {
        public double Alpha => Math.Sqrt(AlphaBar);
        public double Sigma => Math.Sqrt(1 - AlphaBar);
        public double Lambda => Math.Log(Alpha) - Math.Log(Sigma);
    }

    /// <summary>Solves from the first point to the last.</summary>
    internal static IEnumerable<SamplingStep> Solve(DenoisingProcess process, Tensor start, Point[] points, CancellationToken cancellationToken)
    {
        Tensor? earlier = null;     // x_0 as predicted one step before
        try
        {
            foreach (var step in SamplingLoop.Run(Enumerable.Range(0, points.Length - 1).Reverse(), start, Step, cancellationToken)) yield return step;
        }
        finally
        {
            earlier?.Dispose();
        }

        (Tensor Sample, Tensor PredictedXStart) Step(Tensor x, int remaining)
        {
            var i = points.Length - 1 - remaining;
            var (here, there) = (points[i - 1], points[i]);
            var xStart = process.Predict(x, here.Timestep, here.AlphaBar).XStart;
            if (there.AlphaBar >= 1) return (xStart, xStart.alias());

            var h = there.Lambda - here.Lambda;
            var direction = xStart;
            if (earlier is not null)
            {
                var r = (here.Lambda - points[i - 2].Lambda) / h;
                direction = S(1 + 1 / (2 * r)) * xStart - S(1 / (2 * r)) * earlier;
                earlier.Dispose();
            }
            earlier = xStart.alias().DetachFromDisposeScope();
            return (S(there.Sigma / here.Sigma) * x - S(there.Alpha * double.ExpM1(-h)) * direction, xStart);
        }
    }

    private IEnumerable<Point> Points(NoiseSchedule schedule)
    {
        var original = schedule.OriginalAlphasCumprod;
        var last = new Point(original.Length - 1, original[^1]);
        var first = Ratio(last.AlphaBar) > Noisiest ? At(original, Noisiest) : last;
        for (var i = 0; i < schedule.Steps; i++)
        {
            var uniform = schedule.Steps - 1 - i;
            yield return spacing == TimestepSpacing.Karras
                ? At(original, Karras(Ratio(first.AlphaBar), Ratio(original[0]), schedule.Steps == 1 ? 0 : i / (schedule.Steps - 1.0)))
                : first == last
                    ? new Point(schedule.TimestepMap[uniform], schedule.AlphasCumprod[uniform])
                    : Between(original, schedule.TimestepMap[uniform] * (first.Timestep / last.Timestep));
        }
    }

    // Equation 5 of Karras et al.
    private static double Karras(double largest, double smallest, double part)
    {
        var (from, to) = (Math.Pow(largest, 1 / Rho), Math.Pow(smallest, 1 / Rho));
        return Math.Pow(from + part * (to - from), Rho);
    }

    // The point of a noise level. log(sigma / alpha) is linear between timesteps.
    private static Point At(double[] alphasCumprod, double ratio)
    {
        if (alphasCumprod.Length == 1) return new Point(0, alphasCumprod[0]);
        var above = 1;
        while (above < alphasCumprod.Length - 1 && Ratio(alphasCumprod[above]) < ratio) above++;
        var (low, high) = (Math.Log(Ratio(alphasCumprod[above - 1])), Math.Log(Ratio(alphasCumprod[above])));
        var timestep = above - 1 + (Math.Log(ratio) - low) / (high - low);
        return new Point(Math.Clamp(timestep, 0, alphasCumprod.Length - 1), 1 / (1 + ratio * ratio));
    }

    // The point of a timestep.
    private static Point Between(double[] alphasCumprod, double timestep)
    {
        var below = Math.Min((int)timestep, alphasCumprod.Length - 2);
        var (low, high) = (Math.Log(Ratio(alphasCumprod[below])), Math.Log(Ratio(alphasCumprod[below + 1])));
        var ratio = Math.Exp(low + (timestep - below) * (high - low));
        return new Point(timestep, 1 / (1 + ratio * ratio));
    }

    private static double Ratio(double alphaBar) => Math.Sqrt((1 - alphaBar) / alphaBar);
}

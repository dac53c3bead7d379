using Atelier.Diffusion.Processes;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>
/// DDIM (Song et al. 2021, arXiv:2010.02502, equation 12): with eta 0 a deterministic map from x_T, with eta 1 the variance of
/// ancestral sampling (equation 16).
/// </summary>
/// <param name="eta">0 to 1.</param>
public sealed class DdimSampler(double eta = 0) : SingleStepSampler
{
    /// <inheritdoc/>
    public override bool UsesNoise => eta > 0;

    /// <inheritdoc/>
    public override (Tensor Sample, Tensor PredictedXStart) Step(DenoisingProcess process, Tensor x, StepIndex t, Tensor noise)
    {
        var (epsilon, xStart) = process.Predict(x, t);
        var schedule = process.Diffusion.Schedule;
        var mean = (t.At(schedule.Steps, i => Math.Sqrt(schedule.AlphasCumprodPrevious[i])) * xStart).Plus(
            // With eta 1 and few steps sigma^2 is all of 1 - alphaBarPrevious but for rounding, which must not make the rest negative.
            t.At(schedule.Steps, i => Math.Sqrt(Math.Max(0, 1 - schedule.AlphasCumprodPrevious[i] - Math.Pow(Sigma(i), 2)))) * epsilon);
        return (UsesNoise ? mean.Plus(t.At(schedule.Steps, i => i == 0 ? 0 : Sigma(i)) * noise) : mean, xStart);

        double Sigma(int i) => eta
            * Math.Sqrt((1 - schedule.AlphasCumprodPrevious[i]) / (1 - schedule.AlphasCumprod[i]))
            * Math.Sqrt(1 - schedule.AlphasCumprod[i] / schedule.AlphasCumprodPrevious[i]);
    }

    /// <summary>
    /// One step of the same ordinary differential equation towards noise, which finds the x_T of an image (arXiv:2010.02502, section 4.3, and
    /// Dhariwal and Nichol 2021, arXiv:2105.05233).
    /// </summary>
    /// <param name="process">The guided network.</param>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="t">The step.</param>
    /// <returns>x_{t+1} and the predicted x_0.</returns>
    public static (Tensor Sample, Tensor PredictedXStart) ReverseStep(DenoisingProcess process, Tensor x, StepIndex t)
    {
        var (epsilon, xStart) = process.Predict(x, t);
        var (next, steps) = (process.Diffusion.Schedule.AlphasCumprodNext, process.Diffusion.Schedule.Steps);
        return ((t.At(steps, i => Math.Sqrt(next[i])) * xStart).Plus(t.At(steps, i => Math.Sqrt(1 - next[i])) * epsilon), xStart);
    }

    /// <summary>The images of <see cref="ReverseStep"/> from x_0 to x_T, the least noisy first.</summary>
    /// <param name="process">The guided network.</param>
    /// <param name="xStart">x_0, [N, C, H, W] in [-1, 1]; disposed after the first step.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    public static IEnumerable<SamplingStep> Reverse(DenoisingProcess process, Tensor xStart, CancellationToken cancellationToken = default) =>
        SamplingLoop.Run(
            Enumerable.Range(0, process.Diffusion.Schedule.Steps), xStart,
            (x, index) => ReverseStep(process, x, index), cancellationToken);
}

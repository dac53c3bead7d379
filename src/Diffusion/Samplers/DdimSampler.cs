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
    public override (Tensor Sample, Tensor PredictedXStart) Step(DenoisingProcess process, Tensor x, Tensor t, Tensor noise)
    {
        var (epsilon, xStart) = process.Predict(x, t);
        var schedule = process.Diffusion.Schedule;
        var alphaBar = GaussianDiffusion.At(schedule.AlphasCumprod, t);
        var alphaBarPrevious = GaussianDiffusion.At(schedule.AlphasCumprodPrevious, t);
        var sigma = S(eta) * sqrt(S(1).Minus(alphaBarPrevious) / S(1).Minus(alphaBar)) * sqrt(S(1).Minus(alphaBar / alphaBarPrevious));
        // With eta 1 and few steps sigma^2 is all of 1 - alphaBarPrevious but for rounding, which must not make the rest negative.
        var mean = (xStart * sqrt(alphaBarPrevious)).Plus(sqrt((S(1).Minus(alphaBarPrevious) - sigma.pow(S(2))).clamp_min(S(0))) * epsilon);
        if (!UsesNoise) return (mean, xStart);
        var notLast = t.ne(S(0)).to_type(ScalarType.Float32).view(-1, 1, 1, 1);
        return (mean.Plus(notLast * sigma * noise), xStart);
    }

    /// <summary>
    /// One step of the same ordinary differential equation towards noise, which finds the x_T of an image (arXiv:2010.02502, section 4.3, and
    /// Dhariwal and Nichol 2021, arXiv:2105.05233).
    /// </summary>
    /// <param name="process">The guided network.</param>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="t">[N] int64 indices into the respaced schedule.</param>
    /// <returns>x_{t+1} and the predicted x_0.</returns>
    public static (Tensor Sample, Tensor PredictedXStart) ReverseStep(DenoisingProcess process, Tensor x, Tensor t)
    {
        var (epsilon, xStart) = process.Predict(x, t);
        var alphaBarNext = GaussianDiffusion.At(process.Diffusion.Schedule.AlphasCumprodNext, t);
        return ((xStart * sqrt(alphaBarNext)).Plus(sqrt(S(1).Minus(alphaBarNext)) * epsilon), xStart);
    }

    /// <summary>The images of <see cref="ReverseStep"/> from x_0 to x_T, the least noisy first.</summary>
    /// <param name="process">The guided network.</param>
    /// <param name="xStart">x_0, [N, C, H, W] in [-1, 1]; disposed after the first step.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    public static IEnumerable<SamplingStep> Reverse(DenoisingProcess process, Tensor xStart, CancellationToken cancellationToken = default) =>
        SamplingLoop.Run(
            Enumerable.Range(0, process.Diffusion.Schedule.Steps), xStart,
            (x, index) => ReverseStep(process, x, full(x.shape[0], S(index), dtype: int64, device: x.device)), cancellationToken);
}

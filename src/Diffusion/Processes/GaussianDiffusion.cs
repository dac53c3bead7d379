using Atelier.Diffusion.Schedules;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Processes;

/// <summary>
/// The distributions of a Gaussian diffusion process (Ho et al. 2020, arXiv:2006.11239; learned variance: Nichol and Dhariwal 2021,
/// arXiv:2102.09672). Steps t are [N] int64 indices into the respaced schedule, 0 the least noisy. Coefficients are float64 tables,
/// rounded to float32 where they meet a tensor.
/// </summary>
/// <param name="schedule">Coefficients.</param>
public sealed class GaussianDiffusion(NoiseSchedule schedule)
{
    /// <summary>The coefficients.</summary>
    public NoiseSchedule Schedule => schedule;

    /// <summary>x_t = sqrt(alphaBar_t) x_0 + sqrt(1 - alphaBar_t) noise, a draw from q(x_t | x_0) (equation 4).</summary>
    /// <param name="xStart">x_0, [N, C, H, W] float32.</param>
    /// <param name="t">[N] int64.</param>
    /// <param name="noise">Standard normal, as x_0.</param>
    public Tensor QSample(Tensor xStart, Tensor t, Tensor noise) =>
        At(schedule.SqrtAlphasCumprod, t) * xStart + At(schedule.SqrtOneMinusAlphasCumprod, t) * noise;

    /// <summary>Mean, variance and log variance of q(x_t | x_0) (equation 4), the latter two [N, 1, 1, 1].</summary>
    /// <param name="xStart">x_0.</param>
    /// <param name="t">[N] int64.</param>
    public (Tensor Mean, Tensor Variance, Tensor LogVariance) QMeanVariance(Tensor xStart, Tensor t) => (
        At(schedule.SqrtAlphasCumprod, t) * xStart,
        At(Array.ConvertAll(schedule.AlphasCumprod, alphaBar => 1 - alphaBar), t),
        At(schedule.LogOneMinusAlphasCumprod, t));

    /// <summary>Mean, variance and clipped log variance of q(x_{t-1} | x_t, x_0) (equations 6 and 7), the latter two [N, 1, 1, 1].</summary>
    /// <param name="xStart">x_0.</param>
    /// <param name="x">x_t.</param>
    /// <param name="t">[N] int64.</param>
    public (Tensor Mean, Tensor Variance, Tensor LogVarianceClipped) QPosterior(Tensor xStart, Tensor x, Tensor t) => (
        At(schedule.PosteriorMeanCoefficient1, t) * xStart + At(schedule.PosteriorMeanCoefficient2, t) * x,
        At(schedule.PosteriorVariance, t),
        At(schedule.PosteriorLogVarianceClipped, t));

    /// <summary>
    /// p(x_{t-1} | x_t) from a network's output: x_0 is predicted from epsilon, the mean is that of the posterior given it, and the log
    /// variance is v log beta_t + (1 - v) log betaTilde_t with v = (values + 1) / 2 (arXiv:2102.09672, equation 15).
    /// </summary>
    /// <param name="modelOutput">[N, 2C, H, W]: epsilon, then variance values in [-1, 1].</param>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="t">[N] int64.</param>
    /// <param name="clipDenoised">Whether the predicted x_0 is clipped to [-1, 1].</param>
    /// <param name="denoised">Applied to the predicted x_0 before the clipping.</param>
    public DenoisingDistribution PMeanVariance(
        Tensor modelOutput, Tensor x, Tensor t, bool clipDenoised = true, Func<Tensor, Tensor>? denoised = null)
    {
        var parts = modelOutput.chunk(2, dim: 1);
        var fraction = (parts[1] + 1) / 2;
        var logVariance = fraction * At(Array.ConvertAll(schedule.Betas, Math.Log), t)
            + (1 - fraction) * At(schedule.PosteriorLogVarianceClipped, t);
        var xStart = PredictXStart(x, t, parts[0]);
        if (denoised is not null) xStart = denoised(xStart);
        if (clipDenoised) xStart = xStart.clamp(-1, 1);
        return new DenoisingDistribution(QPosterior(xStart, x, t).Mean, exp(logVariance), logVariance, xStart);
    }

    /// <summary>x_0 = sqrt(1 / alphaBar_t) x_t - sqrt(1 / alphaBar_t - 1) epsilon.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="t">[N] int64.</param>
    /// <param name="epsilon">Predicted noise.</param>
    public Tensor PredictXStart(Tensor x, Tensor t, Tensor epsilon) =>
        At(schedule.SqrtReciprocalAlphasCumprod, t) * x - At(schedule.SqrtReciprocalMinusOneAlphasCumprod, t) * epsilon;

    /// <summary>The epsilon for which <see cref="PredictXStart"/> gives this x_0.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="t">[N] int64.</param>
    /// <param name="xStart">Predicted x_0.</param>
    public Tensor PredictEpsilon(Tensor x, Tensor t, Tensor xStart) =>
        (At(schedule.SqrtReciprocalAlphasCumprod, t) * x - xStart) / At(schedule.SqrtReciprocalMinusOneAlphasCumprod, t);

    /// <summary>Looks a coefficient up for every row.</summary>
    /// <param name="table">One value a step.</param>
    /// <param name="t">[N] int64.</param>
    /// <returns>[N, 1, 1, 1] float32.</returns>
    public static Tensor At(double[] table, Tensor t) =>
        tensor(table, float64).to(t.device)[t].to_type(ScalarType.Float32).view(-1, 1, 1, 1);
}

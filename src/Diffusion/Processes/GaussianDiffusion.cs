using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Processes;

/// <summary>
/// The distributions of a Gaussian diffusion process (Ho et al. 2020, arXiv:2006.11239; learned variance: Nichol and Dhariwal 2021,
/// arXiv:2102.09672). Coefficients are float64 tables, rounded to float32 where they meet a tensor.
/// </summary>
/// <param name="schedule">Coefficients.</param>
/// <param name="prediction">What a network's output stands for.</param>
/// <param name="varianceType">Where the variance of p(x_{t-1} | x_t) comes from.</param>
/// <param name="rescaleTimesteps">Whether the network counts timesteps from 0 to 1000, however many it was trained with.</param>
public sealed class GaussianDiffusion(
    NoiseSchedule schedule, Prediction prediction = Prediction.Epsilon, VarianceType varianceType = VarianceType.LearnedRange, bool rescaleTimesteps = false)
{
    internal const double RescaledTimesteps = 1000;

    /// <summary>The coefficients.</summary>
    public NoiseSchedule Schedule => schedule;

    /// <summary>What a network's output stands for.</summary>
    public Prediction Prediction => prediction;

    /// <summary>Where the variance of p(x_{t-1} | x_t) comes from.</summary>
    public VarianceType VarianceType => varianceType;

    /// <summary>Whether a network's output has variance values in its second half.</summary>
    public bool LearnsVariance => varianceType.IsLearned();

    /// <summary>A run over all steps of the schedule, which ends at the image itself.</summary>
    public LevelRun Run =>
        new([.. schedule.AlphasCumprod.Select((alphaBar, i) => NoiseLevel.OfAlphaBar(schedule.TimestepMap[i] * TimestepScale, alphaBar)).Reverse(), NoiseLevel.Clean]);

    private double TimestepScale => rescaleTimesteps ? RescaledTimesteps / schedule.OriginalTimesteps : 1;

    /// <summary>What the network is asked for where every sample has a step of its own.</summary>
    /// <param name="t">[N] int64.</param>
    /// <returns>[N], int64, or float32 where timesteps are rescaled.</returns>
    public Tensor NetworkTimesteps(Tensor t)
    {
        var timesteps = tensor(Array.ConvertAll(schedule.TimestepMap, step => (long)step)).to(t.device)[t];
        return rescaleTimesteps ? timesteps.to_type(ScalarType.Float32) * S(TimestepScale) : timesteps;
    }

    /// <summary>x_t = sqrt(alphaBar_t) x_0 + sqrt(1 - alphaBar_t) noise, a draw from q(x_t | x_0) (equation 4).</summary>
    /// <param name="xStart">x_0, [N, C, H, W] float32.</param>
    /// <param name="t">The step of each sample, [N] int64.</param>
    /// <param name="noise">Standard normal, as x_0.</param>
    public Tensor QSample(Tensor xStart, Tensor t, Tensor noise) =>
        (At(schedule.SqrtAlphasCumprod, t) * xStart).Plus(At(schedule.SqrtOneMinusAlphasCumprod, t) * noise);

    /// <summary>Mean, variance and log variance of q(x_t | x_0) (equation 4), the latter two [N, 1, 1, 1].</summary>
    /// <param name="xStart">x_0.</param>
    /// <param name="t">The step of each sample, [N] int64.</param>
    public (Tensor Mean, Tensor Variance, Tensor LogVariance) QMeanVariance(Tensor xStart, Tensor t) => (
        At(schedule.SqrtAlphasCumprod, t) * xStart,
        At(Array.ConvertAll(schedule.AlphasCumprod, alphaBar => 1 - alphaBar), t),
        At(schedule.LogOneMinusAlphasCumprod, t));

    /// <summary>Mean, variance and clipped log variance of q(x_{t-1} | x_t, x_0) (equations 6 and 7), the latter two [N, 1, 1, 1].</summary>
    /// <param name="xStart">x_0.</param>
    /// <param name="x">x_t.</param>
    /// <param name="t">The step of each sample, [N] int64.</param>
    public (Tensor Mean, Tensor Variance, Tensor LogVarianceClipped) QPosterior(Tensor xStart, Tensor x, Tensor t) => (
        PosteriorMean(xStart, x, t),
        At(schedule.PosteriorVariance, t),
        At(schedule.PosteriorLogVarianceClipped, t));

    /// <summary>
    /// p(x_{t-1} | x_t) from a network's output: x_0 is predicted, and the mean is that of the posterior given it, unless the network gives the
    /// mean itself. A learned range of variance is v log beta_t + (1 - v) log betaTilde_t with v = (values + 1) / 2 (arXiv:2102.09672,
    /// equation 15).
    /// </summary>
    /// <param name="modelOutput">[N, C, H, W], or [N, 2C, H, W] with variance values after it where they are learned.</param>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="t">The step of each sample, [N] int64.</param>
    /// <param name="clipDenoised">Whether the predicted x_0 is clipped to [-1, 1].</param>
    /// <param name="denoised">Applied to the predicted x_0 before the clipping.</param>
    public DenoisingDistribution PMeanVariance(
        Tensor modelOutput, Tensor x, Tensor t, bool clipDenoised = true, Func<Tensor, Tensor>? denoised = null)
    {
        var (output, values) = LearnsVariance ? Halves(modelOutput) : (modelOutput, modelOutput);
        var xStart = PredictedXStart(output, x, t, clipDenoised, denoised);
        var mean = prediction == Prediction.PreviousX ? output : PosteriorMean(xStart, x, t);
        var logVariance = LogVariance(values, x, t);
        // Only the logarithm of a small fixed variance is clipped.
        var variance = varianceType == VarianceType.FixedSmall ? At(schedule.PosteriorVariance, t).expand_as(x) : exp(logVariance);
        return new DenoisingDistribution(mean, variance, logVariance, xStart);
    }

    /// <summary>
    /// Mean of p(x_{t-1} | x_t) p(y | x_t), classifier guidance for ancestral sampling (Dhariwal and Nichol 2021, arXiv:2105.05233,
    /// Algorithm 1): mean + variance * gradient.
    /// </summary>
    /// <param name="p">p(x_{t-1} | x_t).</param>
    /// <param name="gradient">s * grad log p(y | x_t), as x_t.</param>
    public static Tensor ConditionMean(DenoisingDistribution p, Tensor gradient) => p.Mean.Plus(p.Variance * gradient);

    /// <summary>
    /// p with the score conditioned on y, classifier guidance for deterministic sampling (arXiv:2105.05233, equation 14 and Algorithm 2):
    /// epsilon - sqrt(1 - alphaBar_t) * gradient, and x_0 and mean from it.
    /// </summary>
    /// <param name="p">p(x_{t-1} | x_t).</param>
    /// <param name="x">x_t.</param>
    /// <param name="t">The step of each sample, [N] int64.</param>
    /// <param name="gradient">s * grad log p(y | x_t), as x_t.</param>
    public DenoisingDistribution ConditionScore(DenoisingDistribution p, Tensor x, Tensor t, Tensor gradient)
    {
        var xStart = PredictXStart(x, t, PredictEpsilon(x, t, p.PredictedXStart) - At(schedule.SqrtOneMinusAlphasCumprod, t) * gradient);
        return p with { Mean = PosteriorMean(xStart, x, t), PredictedXStart = xStart };
    }

    /// <summary>x_0 = sqrt(1 / alphaBar_t) x_t - sqrt(1 / alphaBar_t - 1) epsilon.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="t">The step of each sample, [N] int64.</param>
    /// <param name="epsilon">Predicted noise.</param>
    public Tensor PredictXStart(Tensor x, Tensor t, Tensor epsilon) =>
        At(schedule.SqrtReciprocalAlphasCumprod, t) * x - At(schedule.SqrtReciprocalMinusOneAlphasCumprod, t) * epsilon;

    /// <summary>v = sqrt(alphaBar_t) epsilon - sqrt(1 - alphaBar_t) x_0, see <see cref="Prediction.Velocity"/>.</summary>
    /// <param name="xStart">x_0, [N, C, H, W].</param>
    /// <param name="t">The step of each sample, [N] int64.</param>
    /// <param name="noise">The noise in x_t.</param>
    public Tensor VelocityOf(Tensor xStart, Tensor t, Tensor noise) =>
        At(schedule.SqrtAlphasCumprod, t) * noise - At(schedule.SqrtOneMinusAlphasCumprod, t) * xStart;

    /// <summary>The epsilon for which <see cref="PredictXStart"/> gives this x_0.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="t">The step of each sample, [N] int64.</param>
    /// <param name="xStart">Predicted x_0.</param>
    public Tensor PredictEpsilon(Tensor x, Tensor t, Tensor xStart) =>
        (At(schedule.SqrtReciprocalAlphasCumprod, t) * x - xStart) / At(schedule.SqrtReciprocalMinusOneAlphasCumprod, t);

    /// <summary>Looks a coefficient up for every row.</summary>
    /// <param name="table">One value a step.</param>
    /// <param name="t">[N] int64.</param>
    /// <returns>[N, 1, 1, 1] float32.</returns>
    public static Tensor At(double[] table, Tensor t) =>
        tensor(table, float64).to(t.device)[t].to_type(ScalarType.Float32).view(-1, 1, 1, 1);

    private Tensor PredictedXStart(Tensor output, Tensor x, Tensor t, bool clipDenoised, Func<Tensor, Tensor>? denoised)
    {
        var xStart = prediction switch
        {
            Prediction.Epsilon => PredictXStart(x, t, output),
            Prediction.StartX => output,
            Prediction.Velocity => (At(schedule.SqrtAlphasCumprod, t) * x) - At(schedule.SqrtOneMinusAlphasCumprod, t) * output,
            _ => (output - At(schedule.PosteriorMeanCoefficient2, t) * x) / At(schedule.PosteriorMeanCoefficient1, t),
        };
        if (denoised is not null) xStart = denoised(xStart);
        return clipDenoised ? xStart.clamp(S(-1), S(1)) : xStart;
    }

    private Tensor PosteriorMean(Tensor xStart, Tensor x, Tensor t) =>
        (At(schedule.PosteriorMeanCoefficient1, t) * xStart).Plus(At(schedule.PosteriorMeanCoefficient2, t) * x);

    // Fixed variances are betaTilde_t, or beta_t with betaTilde for the last step, where the likelihood is decided.
    private Tensor LogVariance(Tensor values, Tensor x, Tensor t) => varianceType switch
    {
        VarianceType.Learned => values.expand_as(x),
        VarianceType.FixedSmall => At(schedule.PosteriorLogVarianceClipped, t).expand_as(x),
        VarianceType.FixedLarge => At([schedule.PosteriorLogVarianceClipped[0], .. schedule.Betas[1..].Select(beta => Math.Log(beta))], t).expand_as(x),
        _ => Interpolate(values.Plus(S(1)) / S(2), t),
    };

    private Tensor Interpolate(Tensor fraction, Tensor t) =>
        (At(Array.ConvertAll(schedule.Betas, Math.Log), t) * fraction)
            .Plus(At(schedule.PosteriorLogVarianceClipped, t) * S(1).Minus(fraction));

    private static (Tensor First, Tensor Second) Halves(Tensor doubled)
    {
        var halves = doubled.chunk(2, dim: 1);
        return (halves[0], halves[1]);
    }
}

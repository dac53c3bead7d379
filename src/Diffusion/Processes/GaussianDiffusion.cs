using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Processes;

/// <summary>
/// The distributions of a Gaussian diffusion process (Ho et al. 2020, arXiv:2006.11239; learned variance: Nichol and Dhariwal 2021,
/// arXiv:2102.09672). Coefficients are float64 tables, rounded to float32 where they meet a tensor.
/// </summary>
/// <param name="schedule">Coefficients.</param>
/// <param name="meanType">What a network's output stands for.</param>
/// <param name="varianceType">Where the variance of p(x_{t-1} | x_t) comes from.</param>
/// <param name="rescaleTimesteps">Whether the network counts timesteps from 0 to 1000, however many it was trained with.</param>
public sealed class GaussianDiffusion(
    NoiseSchedule schedule, MeanType meanType = MeanType.Epsilon, VarianceType varianceType = VarianceType.LearnedRange, bool rescaleTimesteps = false)
{
    private const double RescaledTimesteps = 1000;

    /// <summary>The coefficients.</summary>
    public NoiseSchedule Schedule => schedule;

    /// <summary>What a network's output stands for.</summary>
    public MeanType MeanType => meanType;

    /// <summary>Whether a network's output has variance values in its second half.</summary>
    public bool LearnsVariance => varianceType.IsLearned();

    /// <summary>A timestep in [0, T) as the network counts it.</summary>
    /// <param name="timestep">May be fractional.</param>
    public double NetworkTimestep(double timestep) => rescaleTimesteps ? timestep * (RescaledTimesteps / schedule.OriginalTimesteps) : timestep;

    /// <summary>What the network is asked for where every sample has a step of its own.</summary>
    /// <param name="t">[N] int64.</param>
    /// <returns>[N], int64, or float32 where timesteps are rescaled.</returns>
    public Tensor NetworkTimesteps(Tensor t)
    {
        var timesteps = tensor(Array.ConvertAll(schedule.TimestepMap, step => (long)step)).to(t.device)[t];
        return rescaleTimesteps ? timesteps.to_type(ScalarType.Float32) * S(RescaledTimesteps / schedule.OriginalTimesteps) : timesteps;
    }

    /// <summary>What a network is asked for at a step.</summary>
    /// <param name="t">The step.</param>
    public Timesteps TimestepsAt(StepIndex t) => t.TimestepsOf(schedule.TimestepMap, NetworkTimestep(1));

    /// <summary>x_t = sqrt(alphaBar_t) x_0 + sqrt(1 - alphaBar_t) noise, a draw from q(x_t | x_0) (equation 4).</summary>
    /// <param name="xStart">x_0, [N, C, H, W] float32.</param>
    /// <param name="t">The step.</param>
    /// <param name="noise">Standard normal, as x_0.</param>
    public Tensor QSample(Tensor xStart, StepIndex t, Tensor noise) =>
        (t.At(schedule.SqrtAlphasCumprod) * xStart).Plus(t.At(schedule.SqrtOneMinusAlphasCumprod) * noise);

    /// <summary>Mean, variance and log variance of q(x_t | x_0) (equation 4), the latter two [N, 1, 1, 1].</summary>
    /// <param name="xStart">x_0.</param>
    /// <param name="t">The step.</param>
    public (Tensor Mean, Tensor Variance, Tensor LogVariance) QMeanVariance(Tensor xStart, StepIndex t) => (
        t.At(schedule.SqrtAlphasCumprod) * xStart,
        t.At(schedule.Steps, i => 1 - schedule.AlphasCumprod[i]).ForEach(xStart),
        t.At(schedule.LogOneMinusAlphasCumprod).ForEach(xStart));

    /// <summary>Mean, variance and clipped log variance of q(x_{t-1} | x_t, x_0) (equations 6 and 7), the latter two [N, 1, 1, 1].</summary>
    /// <param name="xStart">x_0.</param>
    /// <param name="x">x_t.</param>
    /// <param name="t">The step.</param>
    public (Tensor Mean, Tensor Variance, Tensor LogVarianceClipped) QPosterior(Tensor xStart, Tensor x, StepIndex t) => (
        PosteriorMean(xStart, x, t),
        t.At(schedule.PosteriorVariance).ForEach(x),
        t.At(schedule.PosteriorLogVarianceClipped).ForEach(x));

    /// <summary>
    /// p(x_{t-1} | x_t) from a network's output: x_0 is predicted, and the mean is that of the posterior given it, unless the network gives the
    /// mean itself. A learned range of variance is v log beta_t + (1 - v) log betaTilde_t with v = (values + 1) / 2 (arXiv:2102.09672,
    /// equation 15).
    /// </summary>
    /// <param name="modelOutput">[N, C, H, W], or [N, 2C, H, W] with variance values after it where they are learned.</param>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="t">The step.</param>
    /// <param name="clipDenoised">Whether the predicted x_0 is clipped to [-1, 1].</param>
    /// <param name="denoised">Applied to the predicted x_0 before the clipping.</param>
    public DenoisingDistribution PMeanVariance(
        Tensor modelOutput, Tensor x, StepIndex t, bool clipDenoised = true, Func<Tensor, Tensor>? denoised = null)
    {
        var xStart = PredictedXStart(modelOutput, x, t, clipDenoised, denoised);
        var (output, values) = LearnsVariance ? Halves(modelOutput) : (modelOutput, modelOutput);
        var mean = meanType == MeanType.PreviousX ? output : PosteriorMean(xStart, x, t);
        var logVariance = LogVariance(values, x, t);
        // Only the logarithm of a small fixed variance is clipped.
        var variance = varianceType == VarianceType.FixedSmall ? t.At(schedule.PosteriorVariance).ExpandAs(x) : exp(logVariance);
        return new DenoisingDistribution(mean, variance, logVariance, xStart);
    }

    /// <summary>The predicted x_0 of <see cref="PMeanVariance"/> alone, which is all that deterministic samplers need.</summary>
    /// <param name="modelOutput">[N, C, H, W], or [N, 2C, H, W] with variance values after it where they are learned.</param>
    /// <param name="x">x_t, [N, C, H, W].</param>
    /// <param name="t">The step.</param>
    /// <param name="clipDenoised">Whether it is clipped to [-1, 1].</param>
    /// <param name="denoised">Applied to it before the clipping.</param>
    public Tensor PredictedXStart(Tensor modelOutput, Tensor x, StepIndex t, bool clipDenoised = true, Func<Tensor, Tensor>? denoised = null)
    {
        var output = LearnsVariance ? Halves(modelOutput).First : modelOutput;
        var xStart = meanType switch
        {
            MeanType.Epsilon => PredictXStart(x, t, output),
            MeanType.StartX => output,
            MeanType.Velocity => (t.At(schedule.SqrtAlphasCumprod) * x) - t.At(schedule.SqrtOneMinusAlphasCumprod) * output,
            _ => (output - t.At(schedule.PosteriorMeanCoefficient2) * x) / t.At(schedule.PosteriorMeanCoefficient1),
        };
        if (denoised is not null) xStart = denoised(xStart);
        return clipDenoised ? xStart.clamp(S(-1), S(1)) : xStart;
    }

    /// <summary>The x_0 of what a network gives at any noise level, not clipped.</summary>
    /// <param name="output">What the network predicts, without variance values.</param>
    /// <param name="x">x_t.</param>
    /// <param name="alphaBar">alphaBar there, which may lie between the steps of the schedule.</param>
    /// <exception cref="NotSupportedException">The network gives the mean of x_{t-1}, which there is none of between steps.</exception>
    internal Tensor XStartOf(Tensor output, Tensor x, double alphaBar) => meanType switch
    {
        MeanType.Epsilon => (x - S(Math.Sqrt(1 - alphaBar)) * output) / S(Math.Sqrt(alphaBar)),
        MeanType.StartX => output,
        MeanType.Velocity => S(Math.Sqrt(alphaBar)) * x - S(Math.Sqrt(1 - alphaBar)) * output,
        _ => throw new NotSupportedException("this sampler needs a network that predicts epsilon, x_0 or velocity, not the mean of x_{t-1}"),
    };

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
    /// <param name="t">The step.</param>
    /// <param name="gradient">s * grad log p(y | x_t), as x_t.</param>
    public DenoisingDistribution ConditionScore(DenoisingDistribution p, Tensor x, StepIndex t, Tensor gradient)
    {
        var xStart = ConditionXStart(p.PredictedXStart, x, t, gradient);
        return p with { Mean = PosteriorMean(xStart, x, t), PredictedXStart = xStart };
    }

    /// <summary>The predicted x_0 of <see cref="ConditionScore"/> alone.</summary>
    /// <param name="xStart">Predicted x_0.</param>
    /// <param name="x">x_t.</param>
    /// <param name="t">The step.</param>
    /// <param name="gradient">s * grad log p(y | x_t), as x_t.</param>
    public Tensor ConditionXStart(Tensor xStart, Tensor x, StepIndex t, Tensor gradient) =>
        PredictXStart(x, t, PredictEpsilon(x, t, xStart) - t.At(schedule.SqrtOneMinusAlphasCumprod) * gradient);

    /// <summary>x_0 = sqrt(1 / alphaBar_t) x_t - sqrt(1 / alphaBar_t - 1) epsilon.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="t">The step.</param>
    /// <param name="epsilon">Predicted noise.</param>
    public Tensor PredictXStart(Tensor x, StepIndex t, Tensor epsilon) =>
        t.At(schedule.SqrtReciprocalAlphasCumprod) * x - t.At(schedule.SqrtReciprocalMinusOneAlphasCumprod) * epsilon;

    /// <summary>v = sqrt(alphaBar_t) epsilon - sqrt(1 - alphaBar_t) x_0, see <see cref="MeanType.Velocity"/>.</summary>
    /// <param name="xStart">x_0, [N, C, H, W].</param>
    /// <param name="t">The step.</param>
    /// <param name="noise">The noise in x_t.</param>
    public Tensor VelocityOf(Tensor xStart, StepIndex t, Tensor noise) =>
        t.At(schedule.SqrtAlphasCumprod) * noise - t.At(schedule.SqrtOneMinusAlphasCumprod) * xStart;

    /// <summary>The epsilon for which <see cref="PredictXStart"/> gives this x_0.</summary>
    /// <param name="x">x_t.</param>
    /// <param name="t">The step.</param>
    /// <param name="xStart">Predicted x_0.</param>
    public Tensor PredictEpsilon(Tensor x, StepIndex t, Tensor xStart) =>
        (t.At(schedule.SqrtReciprocalAlphasCumprod) * x - xStart) / t.At(schedule.SqrtReciprocalMinusOneAlphasCumprod);

    /// <summary>Looks a coefficient up for every row.</summary>
    /// <param name="table">One value a step.</param>
    /// <param name="t">[N] int64.</param>
    /// <returns>[N, 1, 1, 1] float32.</returns>
    public static Tensor At(double[] table, Tensor t) =>
        tensor(table, float64).to(t.device)[t].to_type(ScalarType.Float32).view(-1, 1, 1, 1);

    private Tensor PosteriorMean(Tensor xStart, Tensor x, StepIndex t) =>
        (t.At(schedule.PosteriorMeanCoefficient1) * xStart).Plus(t.At(schedule.PosteriorMeanCoefficient2) * x);

    // Fixed variances are betaTilde_t, or beta_t with betaTilde for the last step, where the likelihood is decided.
    private Tensor LogVariance(Tensor values, Tensor x, StepIndex t) => varianceType switch
    {
        VarianceType.Learned => values.expand_as(x),
        VarianceType.FixedSmall => t.At(schedule.PosteriorLogVarianceClipped).ExpandAs(x),
        VarianceType.FixedLarge => t.At(schedule.Steps, i => i == 0 ? schedule.PosteriorLogVarianceClipped[0] : Math.Log(schedule.Betas[i])).ExpandAs(x),
        _ => Interpolate(values.Plus(S(1)) / S(2), t),
    };

    private Tensor Interpolate(Tensor fraction, StepIndex t) =>
        (t.At(schedule.Steps, i => Math.Log(schedule.Betas[i])) * fraction)
            .Plus(t.At(schedule.PosteriorLogVarianceClipped) * S(1).Minus(fraction));

    private static (Tensor First, Tensor Second) Halves(Tensor doubled)
    {
        var halves = doubled.chunk(2, dim: 1);
        return (halves[0], halves[1]);
    }
}

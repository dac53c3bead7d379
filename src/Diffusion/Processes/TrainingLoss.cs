using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Processes;

/// <summary>
/// The hybrid objective L_simple + lambda L_vlb of networks with learned variance (Nichol and Dhariwal 2021, arXiv:2102.09672,
/// equation 16), for every kind of prediction. The bound does not move the prediction: it sees it as a constant.
/// </summary>
public static class TrainingLoss
{
    /// <summary>The loss of each sample and its two parts.</summary>
    /// <param name="diffusion">The process.</param>
    /// <param name="modelOutput">Network output for x_t, [N, 2C, H, W]; [N, C, H, W] of a process with fixed variance, whose bound is not trained and 0 here.</param>
    /// <param name="xStart">x_0 in [-1, 1], [N, C, H, W].</param>
    /// <param name="x">x_t.</param>
    /// <param name="t">[N] int64.</param>
    /// <param name="noise">The noise in x_t.</param>
    /// <param name="minSnrGamma">
    /// gamma of Min-SNR weighting (Hang et al. 2023, arXiv:2303.09556, equation 8), all of the loss divided by gamma: the squared error of epsilon counts
    /// min(1 / gamma, 1 / SNR), that of x_0 min(1, SNR / gamma), that of v the former times SNR / (SNR + 1), SNR = alphaBar / (1 - alphaBar). The smaller gamma, the more the noisy steps
    /// count, which decide what is drawn and where. Null counts all alike.
    /// </param>
    /// <param name="boundWeight">lambda; null is T / 1000.</param>
    /// <returns>Loss = weighted MSE + lambda * bound, mean squared error of what the network predicts, and the bound in bits a dimension; each [N].</returns>
    public static (Tensor Loss, Tensor Mse, Tensor Bound) Hybrid(
        GaussianDiffusion diffusion, Tensor modelOutput, Tensor xStart, Tensor x, Tensor t, Tensor noise, double? minSnrGamma = null,
        double? boundWeight = null)
    {
        var parts = diffusion.LearnsVariance ? modelOutput.chunk(2, dim: 1) : [modelOutput];
        var (target, weight) = diffusion.Prediction switch
        {
            Prediction.Epsilon => (noise, (Func<double, double, double>)((snr, gamma) => Math.Min(1 / gamma, 1 / snr))),
            Prediction.StartX => (xStart, (snr, gamma) => Math.Min(1, snr / gamma)),
            Prediction.Velocity => (diffusion.VelocityOf(xStart, t, noise), (snr, gamma) => Math.Min(1 / gamma, 1 / snr) * snr / (snr + 1)),
            _ when minSnrGamma is not null => throw new ArgumentException("min-snr weighting is defined for networks that predict epsilon, start_x or velocity"),
            _ => (diffusion.QPosterior(xStart, x, t).Mean, (_, _) => 1),
        };
        var mse = MeanFlat((target - parts[0]).pow(S(2)));
        var weighted = minSnrGamma is { } gamma
            ? mse * GaussianDiffusion.At(Array.ConvertAll(diffusion.Schedule.AlphasCumprod, a => weight(a / (1 - a), gamma)), t).flatten()
            : mse;
        if (!diffusion.LearnsVariance) return (weighted, mse, zeros_like(mse));
        var frozen = cat([parts[0].detach(), parts[1]], dim: 1);
        var bound = VariationalBound(diffusion, frozen, xStart, x, t, clipDenoised: false).Bits;
        return (weighted.Plus(bound * S((boundWeight ?? diffusion.Schedule.Steps / 1000.0) / (minSnrGamma ?? 1))), mse, bound);
    }

    /// <summary>The variational bound alone, estimated from one of its T terms (arXiv:2102.09672, equation 4): T times that term, in bits a dimension.</summary>
    /// <param name="diffusion">The process.</param>
    /// <param name="modelOutput">Network output for x_t, [N, 2C, H, W].</param>
    /// <param name="xStart">x_0 in [-1, 1].</param>
    /// <param name="x">x_t.</param>
    /// <param name="t">[N] int64.</param>
    /// <returns>[N].</returns>
    public static Tensor RescaledKl(GaussianDiffusion diffusion, Tensor modelOutput, Tensor xStart, Tensor x, Tensor t) =>
        VariationalBound(diffusion, modelOutput, xStart, x, t, clipDenoised: false).Bits * S(diffusion.Schedule.Steps);

    /// <summary>The bound's term without a parameter, KL(q(x_T | x_0) || N(0, I)) (arXiv:2102.09672, equation 7), in bits a dimension.</summary>
    /// <param name="diffusion">The process.</param>
    /// <param name="xStart">x_0 in [-1, 1], [N, C, H, W].</param>
    /// <returns>[N].</returns>
    public static Tensor PriorBits(GaussianDiffusion diffusion, Tensor xStart)
    {
        var t = full(xStart.shape[0], S(diffusion.Schedule.Steps - 1), dtype: int64, device: xStart.device);
        var (mean, _, logVariance) = diffusion.QMeanVariance(xStart, t);
        return MeanFlat(NormalKl(mean, logVariance, zeros_like(mean), zeros_like(logVariance))) / S(Math.Log(2));
    }

    /// <summary>One term of the variational bound: KL(q(x_{t-1} | x_t, x_0) || p), or at t = 0 -log p(x_0 | x_1), per dimension in bits.</summary>
    /// <param name="diffusion">The process.</param>
    /// <param name="modelOutput">Network output for x_t, [N, 2C, H, W].</param>
    /// <param name="xStart">x_0 in [-1, 1].</param>
    /// <param name="x">x_t.</param>
    /// <param name="t">[N] int64.</param>
    /// <param name="clipDenoised">Whether the predicted x_0 is clipped.</param>
    /// <returns>Bits a dimension, [N], and the predicted x_0.</returns>
    public static (Tensor Bits, Tensor PredictedXStart) VariationalBound(
        GaussianDiffusion diffusion, Tensor modelOutput, Tensor xStart, Tensor x, Tensor t, bool clipDenoised = true)
    {
        var (mean, _, logVariance) = diffusion.QPosterior(xStart, x, t);
        var p = diffusion.PMeanVariance(modelOutput, x, t, clipDenoised);
        var kl = MeanFlat(NormalKl(mean, logVariance, p.Mean, p.LogVariance)) / S(Math.Log(2));
        var likelihood = MeanFlat(-DiscretizedLogLikelihood(xStart, p.Mean, S(0.5) * p.LogVariance)) / S(Math.Log(2));
        return (where(t.eq(S(0)), likelihood, kl), p.PredictedXStart);
    }

    /// <summary>KL(N(mean1, e^logVariance1) || N(mean2, e^logVariance2)) in nats, element by element.</summary>
    /// <param name="mean1">First mean.</param>
    /// <param name="logVariance1">First log variance.</param>
    /// <param name="mean2">Second mean.</param>
    /// <param name="logVariance2">Second log variance.</param>
    public static Tensor NormalKl(Tensor mean1, Tensor logVariance1, Tensor mean2, Tensor logVariance2) =>
        S(0.5) * (logVariance2.Plus(S(-1)) - logVariance1)
            .Plus(exp(logVariance1 - logVariance2))
            .Plus((mean1 - mean2).pow(S(2)) * exp(-logVariance2));

    /// <summary>
    /// log of the mass a Gaussian gives to x's bin among 256 levels on [-1, 1], the outer bins open (arXiv:2006.11239, equation 13).
    /// </summary>
    /// <param name="x">Values on the 256 levels.</param>
    /// <param name="mean">Means.</param>
    /// <param name="logScale">Logarithms of the standard deviations.</param>
    public static Tensor DiscretizedLogLikelihood(Tensor x, Tensor mean, Tensor logScale)
    {
        var centred = x - mean;
        var inverse = exp(-logScale);
        var below = NormalCdf(inverse * centred.Plus(S(1.0 / 255)));
        var above = NormalCdf(inverse * (centred - S(1.0 / 255)));
        return where(x.lt(S(-0.999)), LogAtLeast(below),
            where(x.gt(S(0.999)), LogAtLeast(S(1).Minus(above)), LogAtLeast(below - above)));
    }

    // The tanh approximation of the normal distribution function that the official implementation uses.
    internal static Tensor NormalCdf(Tensor x) => S(0.5) * tanh(S(Math.Sqrt(2 / Math.PI)) * x.Plus(S(0.044715) * x.pow(S(3)))).Plus(S(1));

    private static Tensor LogAtLeast(Tensor probability) => log(probability.clamp_min(S(1e-12)));

    private static Tensor MeanFlat(Tensor values) => values.flatten(start_dim: 1).mean([1]);
}

using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Processes;

public sealed class TrainingLossTests
{
    private static readonly GaussianDiffusion Diffusion = new(NoiseSchedule.Create("squaredcos_cap_v2", 1000, "10"));

    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(0.5, -1, -0.3, 0.4)]
    [InlineData(-1, 1.2, 1, -0.7)]
    public void NormalKl_OfTwoNormals_IsItsIntegral(double mean1, double logVariance1, double mean2, double logVariance2)
    {
        var integral = 0.0;
        const double step = 1e-3;
        for (var x = -20.0; x <= 20; x += step)
        {
            var (p, q) = (LogDensity(x, mean1, logVariance1), LogDensity(x, mean2, logVariance2));
            integral += Math.Exp(p) * (p - q) * step;
        }

        var kl = TrainingLoss.NormalKl(tensor(mean1), tensor(logVariance1), tensor(mean2), tensor(logVariance2));

        Assert.Equal(integral, kl.item<double>(), 1e-9);

        static double LogDensity(double x, double mean, double logVariance) =>
            -0.5 * ((x - mean) * (x - mean) / Math.Exp(logVariance) + logVariance + Math.Log(2 * Math.PI));
    }

    [Theory]
    [InlineData(0, -1)]
    [InlineData(0.97, -3)]
    [InlineData(-2, -0.5)]
    [InlineData(0.1, -7)]
    public void DiscretizedLogLikelihood_OverThe256Levels_SumsToOne(double mean, double logScale)
    {
        var levels = linspace(-1, 1, 256, dtype: float64);

        var likelihoods = TrainingLoss.DiscretizedLogLikelihood(levels, full_like(levels, S(mean)), full_like(levels, S(logScale))).exp();

        Assert.Equal(1, likelihoods.sum().item<double>(), 1e-9);
    }

    [Fact]
    public void DiscretizedLogLikelihood_OfANarrowBin_IsTheDensityTimesTheBinsWidth()
    {
        var likelihood = TrainingLoss.DiscretizedLogLikelihood(zeros(1, dtype: float64), full(1, S(0.1), dtype: float64), full(1, S(-1.0), dtype: float64));

        var scale = Math.Exp(-1);
        var density = Math.Exp(-0.5 * Math.Pow(0.1 / scale, 2)) / (scale * Math.Sqrt(2 * Math.PI));
        // The approximation of the normal distribution is good to three digits.
        Assert.Equal(Math.Log(density * 2 / 255), likelihood.item<double>(), 2e-3);
    }

    [Fact]
    public void DiscretizedLogLikelihood_FarOut_StaysFinite()
    {
        var likelihood = TrainingLoss.DiscretizedLogLikelihood(zeros(1), full(1, S(50.0)), full(1, S(-3.0)));

        Assert.Equal(Math.Log(1e-12), likelihood.item<float>(), 1e-5);
    }

    [Fact]
    public void VariationalBound_AtTheLastStep_IsTheLikelihoodAndElsewhereTheDivergence()
    {
        using var random = new RandomTensors(1);
        // x_0 on the 256 levels, ends included.
        var xStart = (random.Uniform(0, 255, 3, 3, 4, 4).round() / S(127.5) - S(1)).clamp(S(-1), S(1));
        var (noise, output, t) = (random.Normal(3, 3, 4, 4), random.Normal(3, 6, 4, 4), tensor(new long[] { 0, 4, 9 }));
        var x = Diffusion.QSample(xStart, t, noise);

        var (bits, predicted) = TrainingLoss.VariationalBound(Diffusion, output, xStart, x, t);

        var p = Diffusion.PMeanVariance(output, x, t);
        var (mean, _, logVariance) = Diffusion.QPosterior(xStart, x, t);
        Near.Equal(p.PredictedXStart, predicted);
        var likelihood = -TrainingLoss.DiscretizedLogLikelihood(xStart, p.Mean, S(0.5) * p.LogVariance)[0].mean() / S(Math.Log(2));
        Assert.Equal(likelihood.item<float>(), bits[0].item<float>(), 1e-6f * Math.Abs(likelihood.item<float>()));
        for (var row = 1; row < 3; row++)
        {
            var kl = TrainingLoss.NormalKl(mean, logVariance, p.Mean, p.LogVariance)[row].mean() / S(Math.Log(2));
            Assert.Equal(kl.item<float>(), bits[row].item<float>(), 1e-6f * kl.item<float>());
        }
    }

    [Fact]
    public void VariationalBound_OfAPerfectNetwork_IsZeroAboveTheLastStep()
    {
        using var random = new RandomTensors(2);
        var (xStart, noise, t) = (random.Uniform(-1, 1, 4, 3, 4, 4), random.Normal(4, 3, 4, 4), tensor(new long[] { 1, 3, 5, 8 }));
        var x = Diffusion.QSample(xStart, t, noise);

        // The true noise and, with v = -1, the posterior's own variance.
        var (bits, _) = TrainingLoss.VariationalBound(Diffusion, cat([noise, -ones_like(noise)], dim: 1), xStart, x, t, clipDenoised: false);

        Near.Equal(zeros(4), bits, atol: 1e-6);
    }

    [Fact]
    public void Hybrid_IsTheErrorOfEpsilonPlusTheScaledBoundThatDoesNotMoveEpsilon()
    {
        using var random = new RandomTensors(3);
        var (xStart, noise, t) = (random.Uniform(-1, 1, 4, 3, 4, 4), random.Normal(4, 3, 4, 4), tensor(new long[] { 0, 3, 5, 9 }));
        var (x, output) = (Diffusion.QSample(xStart, t, noise), random.Normal(4, 6, 4, 4).requires_grad_());

        var (loss, mse, bound) = TrainingLoss.Hybrid(Diffusion, output, xStart, x, t, noise);
        loss.sum().backward();

        var epsilon = output.detach()[.., ..3];
        Near.Equal((noise - epsilon).pow(S(2)).mean([1, 2, 3]), mse.detach(), rtol: 1e-5);
        Near.Equal(mse.Plus(bound * S(10 / 1000.0)).detach(), loss.detach(), rtol: 1e-6);
        // d mse / d epsilon alone, so the bound gave epsilon no gradient; but it gave the variance one.
        Near.Equal((epsilon - noise) * S(2) / S(3 * 4 * 4), output.grad![.., ..3], atol: 1e-7);
        Assert.True(output.grad![.., 3..].abs().max().item<float>() > 0);
    }

    [Theory]
    [InlineData(Prediction.Epsilon)]
    [InlineData(Prediction.StartX)]
    [InlineData(Prediction.Velocity)]
    public void Hybrid_MinSnrWeighted_IsTheSameErrorOfTheImageWhateverIsPredicted(Prediction meanType)
    {
        const double gamma = 2;
        using var random = new RandomTensors(4);
        var diffusion = new GaussianDiffusion(Diffusion.Schedule, meanType);
        var (xStart, noise, t) = (random.Uniform(-1, 1, 4, 3, 4, 4), random.Normal(4, 3, 4, 4), tensor(new long[] { 1, 3, 5, 8 }));
        var x = diffusion.QSample(xStart, t, noise);
        var guess = random.Uniform(-1, 1, 4, 3, 4, 4);      // of x_0
        var prediction = meanType switch
        {
            Prediction.Epsilon => diffusion.PredictEpsilon(x, t, guess),
            Prediction.StartX => guess,
            _ => diffusion.VelocityOf(guess, t, diffusion.PredictEpsilon(x, t, guess)),
        };

        var (loss, _, bound) = TrainingLoss.Hybrid(diffusion, cat([prediction, zeros_like(prediction)], dim: 1), xStart, x, t, noise, gamma, boundWeight: 0);

        // min(SNR, gamma) times the squared error of x_0, over gamma: equation 8 of arXiv:2303.09556.
        var snr = GaussianDiffusion.At([.. diffusion.Schedule.AlphasCumprod.Select(a => Math.Min(a / (1 - a), gamma) / gamma)], t).flatten();
        Near.Equal(snr * (guess - xStart).pow(S(2)).mean([1, 2, 3]), loss, rtol: 1e-3, atol: 1e-5);
        // The bound keeps its proportion.
        var whole = TrainingLoss.Hybrid(diffusion, cat([prediction, zeros_like(prediction)], dim: 1), xStart, x, t, noise, gamma, boundWeight: 1).Loss;
        Near.Equal((bound / S(gamma)).Plus(loss), whole, rtol: 1e-5);
    }
}

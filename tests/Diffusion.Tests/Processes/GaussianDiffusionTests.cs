using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using Atelier.Golden.Processes;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Processes;

public sealed class GaussianDiffusionTests
{
    private static readonly GaussianDiffusion Diffusion = new(NoiseSchedule.Create("squaredcos_cap_v2", 1000, "20"));

    // One row for every step.
    private static Tensor Steps => arange(S(0), S(Diffusion.Schedule.Steps), S(1), dtype: int64);

    [Fact]
    public void QPosterior_OfScalars_IsBayesRuleComputedNumerically()
    {
        var schedule = Diffusion.Schedule;
        foreach (var t in new[] { 1, 7, 18 })
        {
            const double xStart = 0.3, x = -0.8;
            var (before, alphaBar, beta) = (schedule.AlphasCumprod[t - 1], schedule.AlphasCumprod[t], schedule.Betas[t]);

            // p(x_{t-1} | x_t, x_0) is proportional to q(x_t | x_{t-1}) q(x_{t-1} | x_0); its moments by the trapezoidal rule.
            var (mass, first, second) = (0.0, 0.0, 0.0);
            for (var y = -6.0; y <= 6; y += 1e-4)
            {
                var weight = Density(x, Math.Sqrt(1 - beta) * y, beta) * Density(y, Math.Sqrt(before) * xStart, 1 - before);
                (mass, first, second) = (mass + weight, first + weight * y, second + weight * y * y);
            }
            var mean = first / mass;
            var variance = second / mass - mean * mean;

            var posterior = Diffusion.QPosterior(full(1, 1, 1, 1, S(xStart)), full(1, 1, 1, 1, S(x)), tensor(new long[] { t }));

            Assert.Equal(mean, posterior.Mean.item<float>(), 1e-6);
            Assert.Equal(variance, posterior.Variance.item<float>(), 1e-6 * variance);
            Assert.Equal(Math.Log(variance), posterior.LogVarianceClipped.item<float>(), 1e-5);
            Assert.True(alphaBar < before);
        }

        static double Density(double x, double mean, double variance) => Math.Exp(-(x - mean) * (x - mean) / (2 * variance)) / Math.Sqrt(variance);
    }

    [Fact]
    public void QSample_OfZerosAndOfNoNoise_AreTheTwoParts()
    {
        using var random = new RandomTensors(1);
        var (xStart, noise) = (random.Normal(20, 3, 2, 2), random.Normal(20, 3, 2, 2));
        var (mean, variance, logVariance) = Diffusion.QMeanVariance(xStart, Steps);

        Near.Equal(mean, Diffusion.QSample(xStart, Steps, zeros_like(noise)));
        Near.Equal(variance.sqrt() * noise, Diffusion.QSample(zeros_like(xStart), Steps, noise), rtol: 1e-6);
        Near.Equal(variance, logVariance.exp(), rtol: 1e-6);
        Near.Equal(full_like(variance, S(1)), variance.Plus((mean / xStart).pow(S(2)).mean([1, 2, 3], keepdim: true)), atol: 1e-6);
    }

    [Fact]
    public void PredictXStart_OfTheNoiseInASample_IsTheImage()
    {
        using var random = new RandomTensors(2);
        var (xStart, noise) = (random.Uniform(-1, 1, 20, 3, 2, 2), random.Normal(20, 3, 2, 2));

        var predicted = Diffusion.PredictXStart(Diffusion.QSample(xStart, Steps, noise), Steps, noise);

        // The noisiest step keeps so little of the image that float32 loses it.
        Near.Equal(xStart[..^1], predicted[..^1], atol: 1e-5);
    }

    [Fact]
    public void PredictEpsilon_UndoesPredictXStart()
    {
        using var random = new RandomTensors(3);
        var (x, epsilon) = (random.Normal(20, 3, 2, 2), random.Normal(20, 3, 2, 2));

        Near.Equal(epsilon, Diffusion.PredictEpsilon(x, Steps, Diffusion.PredictXStart(x, Steps, epsilon)), atol: 2e-3);
        Near.Equal(epsilon[5..], Diffusion.PredictEpsilon(x, Steps, Diffusion.PredictXStart(x, Steps, epsilon))[5..], atol: 2e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void PMeanVariance_AtTheEndsOfTheLearnedRange_HasBetaAndThePosteriorsVariance(int value)
    {
        using var random = new RandomTensors(4);
        var output = cat([random.Normal(20, 3, 2, 2), full(20, 3, 2, 2, S(value))], dim: 1);

        var p = Diffusion.PMeanVariance(output, random.Normal(20, 3, 2, 2), Steps);

        var schedule = Diffusion.Schedule;
        // The last step's posterior variance is 0; the clipped one stands in for it.
        double[] expected = value == 1 ? schedule.Betas : [schedule.PosteriorVariance[1], .. schedule.PosteriorVariance[1..]];
        Near.Equal(GaussianDiffusion.At(expected, Steps).expand_as(p.Variance), p.Variance, rtol: 1e-5);
        Near.Equal(p.Variance.log(), p.LogVariance, atol: 1e-5);
    }

    [Fact]
    public void PMeanVariance_OfTheTrueNoise_IsThePosteriorOfTheTrueImage()
    {
        using var random = new RandomTensors(5);
        var (xStart, noise) = (random.Uniform(-1, 1, 20, 3, 2, 2), random.Normal(20, 3, 2, 2));
        var x = Diffusion.QSample(xStart, Steps, noise);

        var p = Diffusion.PMeanVariance(cat([noise, zeros_like(noise)], dim: 1), x, Steps, clipDenoised: false);

        Near.Equal(Diffusion.QPosterior(xStart, x, Steps).Mean[..^1], p.Mean[..^1], atol: 1e-5);
    }

    [Fact]
    public void PMeanVariance_OfTheTrueVelocity_PredictsTheTrueImageAtEveryNoiseLevel()
    {
        using var random = new RandomTensors(5);
        var velocities = new GaussianDiffusion(Diffusion.Schedule, Prediction.Velocity);
        var (xStart, noise) = (random.Uniform(-1, 1, 20, 3, 2, 2), random.Normal(20, 3, 2, 2));
        var (x, velocity) = (velocities.QSample(xStart, Steps, noise), velocities.VelocityOf(xStart, Steps, noise));

        var p = velocities.PMeanVariance(cat([velocity, zeros_like(velocity)], dim: 1), x, Steps, clipDenoised: false);

        Near.Equal(xStart, p.PredictedXStart, atol: 2e-6);
        // v turns (x_0, noise) by a right angle: |x|^2 + |v|^2 = |x_0|^2 + |noise|^2.
        Near.Equal(x.pow(S(2)).Plus(velocity.pow(S(2))), xStart.pow(S(2)).Plus(noise.pow(S(2))), atol: 1e-4);
    }

    [Fact]
    public void Distribution_BetweenLevels_IsThatOfTheTables()
    {
        using var random = new RandomTensors(7);
        var (output, x) = (random.Normal(2, 6, 2, 2), random.Normal(2, 3, 2, 2));
        foreach (var variance in Enum.GetValues<VarianceType>())
        {
            foreach (var prediction in Enum.GetValues<Prediction>().Where(prediction => prediction != Prediction.Flow))
            {
                var diffusion = new GaussianDiffusion(Diffusion.Schedule, prediction, variance);
                var given = diffusion.LearnsVariance ? output : output[.., ..3];
                foreach (var step in new[] { 0, 1, 19 })
                {
                    var levels = diffusion.Run;
                    var process = new DenoisingProcess(diffusion, new RecordedDenoiser(given));
                    var (table, level) = (diffusion.PMeanVariance(given, x, full(2, S(step), dtype: int64)), process.Distribution(x, levels.From(step), levels.To(step), Diffusion.Schedule.PosteriorVariance[1]));
                    Near.Equal(table.Mean, level.Mean, atol: 1e-5, rtol: 1e-5);
                    Near.Equal(table.Variance, level.Variance, rtol: 1e-5);
                    Near.Equal(table.LogVariance, level.LogVariance, rtol: 1e-6);
                    Near.Equal(table.PredictedXStart, level.PredictedXStart, atol: 1e-5);
                }
            }
        }
    }

    [Fact]
    public void PMeanVariance_Denoised_IsAppliedBeforeTheClipping()
    {
        using var random = new RandomTensors(6);
        var (x, output) = (random.Normal(20, 3, 2, 2), random.Normal(20, 6, 2, 2));

        var p = Diffusion.PMeanVariance(output, x, Steps, denoised: predicted => (predicted * S(0)).Plus(S(3)));

        Near.Equal(ones_like(x), p.PredictedXStart);
        Near.Equal(Diffusion.QPosterior(ones_like(x), x, Steps).Mean, p.Mean);
    }

    [Fact]
    public void At_ATable_LooksUpEachRowInFloat32()
    {
        var looked = GaussianDiffusion.At([0.1, 0.2, 0.3], tensor(new long[] { 2, 0, 2, 1 }));

        Assert.Equal([4, 1, 1, 1], looked.shape);
        Assert.Equal([0.3f, 0.1f, 0.3f, 0.2f], looked.data<float>().ToArray());
    }
}

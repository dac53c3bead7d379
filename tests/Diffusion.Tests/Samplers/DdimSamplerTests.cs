using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using Atelier.Golden.Processes;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Samplers;

public sealed class DdimSamplerTests
{
    private static readonly GaussianDiffusion Diffusion = new(NoiseSchedule.Create("squaredcos_cap_v2", 1000, "10"));

    [Fact]
    public void Step_EtaOne_HasThePosteriorsMeanAndVariance()
    {
        using var random = new RandomTensors(1);
        var (x, output, t) = (random.Normal(9, 3, 2, 2), random.Normal(9, 6, 2, 2), arange(S(1), S(10), S(1), dtype: int64));

        var (mean, predicted) = new DdimSampler(1).StepRows(row => Process(Diffusion, output[row..(row + 1)], clip: false), x, Diffusion.Run, t, zeros_like(x));
        var (moved, _) = new DdimSampler(1).StepRows(row => Process(Diffusion, output[row..(row + 1)], clip: false), x, Diffusion.Run, t, ones_like(x));

        var posterior = Diffusion.QPosterior(predicted, x, t);
        Near.Equal(posterior.Mean, mean, atol: 1e-4, rtol: 1e-4);
        Near.Equal(posterior.Variance.expand_as(x), (moved - mean).pow(S(2)), atol: 1e-4, rtol: 1e-3);
    }

    [Fact]
    public void Step_EtaZero_IgnoresTheNoise()
    {
        using var random = new RandomTensors(2);
        var (x, output, t) = (random.Normal(10, 3, 2, 2), random.Normal(10, 6, 2, 2), arange(S(0), S(10), S(1), dtype: int64));

        Assert.False(new DdimSampler(0).UsesNoise);
        Assert.True(new DdimSampler(0.1).UsesNoise);
        Near.Equal(
            new DdimSampler().StepRows(row => Process(Diffusion, output[row..(row + 1)]), x, Diffusion.Run, t, zeros_like(x)).Sample,
            new DdimSampler().StepRows(row => Process(Diffusion, output[row..(row + 1)]), x, Diffusion.Run, t, random.Normal(x.shape)).Sample);
    }

    [Fact]
    public void Step_EtaZeroWithTheTrueNoise_LiesOnTheSameTrajectory()
    {
        // x_t = sqrt(alphaBar_t) x_0 + sqrt(1 - alphaBar_t) epsilon goes to the same mixture one step earlier.
        using var random = new RandomTensors(3);
        var (xStart, noise, t) = (random.Uniform(-1, 1, 8, 3, 2, 2), random.Normal(8, 3, 2, 2), arange(S(1), S(9), S(1), dtype: int64));
        var x = Diffusion.QSample(xStart, t, noise);

        var (sample, _) = new DdimSampler().StepRows(row => Process(Diffusion, (cat([noise, noise], dim: 1))[row..(row + 1)]), x, Diffusion.Run, t, noise);

        Near.Equal(Diffusion.QSample(xStart, t - S(1), noise), sample, atol: 1e-5);
    }

    [Fact]
    public void Step_VarianceBetweenTheEnds_GrowsWithTheSquareOfEta()
    {
        using var random = new RandomTensors(4);
        var (x, output, t) = (random.Normal(9, 3, 2, 2), random.Normal(9, 6, 2, 2), arange(S(1), S(10), S(1), dtype: int64));

        Near.Equal(Deviation(1) * S(0.3), Deviation(0.3), atol: 1e-5);

        Tensor Deviation(double eta) =>
            new DdimSampler(eta).StepRows(row => Process(Diffusion, output[row..(row + 1)]), x, Diffusion.Run, t, ones_like(x)).Sample - new DdimSampler(eta).StepRows(row => Process(Diffusion, output[row..(row + 1)]), x, Diffusion.Run, t, zeros_like(x)).Sample;
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("squaredcos_cap_v2")]
    public void Step_AnyNumberOfStepsAndAnyEta_StaysFinite(string name)
    {
        // Where nearly all of x_t is noise, 1 - alphaBar_{t-1} - sigma^2 is so close to 0 that rounding can carry it below.
        foreach (var steps in Enumerable.Range(1, 60).Append(250).Append(1000))
        {
            var diffusion = new GaussianDiffusion(NoiseSchedule.Create(name, 1000, $"{steps}"));
            var (x, t) = (ones(steps, 1, 1, 1), arange(S(0), S(steps), S(1), dtype: int64));

            var (sample, _) = new DdimSampler(1).StepRows(row => Process(diffusion, (ones(steps, 2, 1, 1))[row..(row + 1)]), x, diffusion.Run, t, x);

            Assert.True(sample.isfinite().all().item<bool>(), $"{name} in {steps} steps");
        }
    }

    private static DenoisingProcess Process(GaussianDiffusion diffusion, Tensor output, bool clip = true) =>
        new(diffusion, new RecordedDenoiser(output)) { ClipDenoised = clip };
}

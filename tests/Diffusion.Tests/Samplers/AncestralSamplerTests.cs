using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using Atelier.Golden.Processes;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Samplers;

public sealed class AncestralSamplerTests
{
    private static readonly GaussianDiffusion Diffusion = new(NoiseSchedule.Create("squaredcos_cap_v2", 1000, "10"));

    [Fact]
    public void Step_OfAnyNoise_IsTheMeanPlusAsManyDeviations()
    {
        using var random = new RandomTensors(1);
        var (x, output, t) = (random.Normal(9, 3, 2, 2), random.Normal(9, 6, 2, 2), arange(S(1), S(10), S(1), dtype: int64));

        var (mean, _) = new AncestralSampler().StepRows(row => Process(Diffusion, output[row..(row + 1)]), x, Diffusion.Run, t, zeros_like(x));
        var (moved, predicted) = new AncestralSampler().StepRows(row => Process(Diffusion, output[row..(row + 1)]), x, Diffusion.Run, t, full_like(x, S(2)));

        var p = Diffusion.PMeanVariance(output, x, t);
        Near.Equal(p.Mean, mean, atol: 1e-6);
        Near.Equal(p.PredictedXStart, predicted, atol: 1e-6);
        Near.Equal(p.Variance, ((moved - mean) / S(2)).pow(S(2)), rtol: 1e-4);
    }

    [Fact]
    public void Step_TheLastOne_AddsNoNoise()
    {
        using var random = new RandomTensors(2);
        var (x, output, t) = (random.Normal(1, 3, 2, 2), random.Normal(1, 6, 2, 2), zeros(1, dtype: int64));

        Near.Equal(
            new AncestralSampler().StepRows(row => Process(Diffusion, output[row..(row + 1)]), x, Diffusion.Run, t, zeros_like(x)).Sample,
            new AncestralSampler().StepRows(row => Process(Diffusion, output[row..(row + 1)]), x, Diffusion.Run, t, full_like(x, S(1e6))).Sample);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(1.5)]
    public void Step_TheOnlyOne_IsThePredictedImage(double variance)
    {
        var single = new GaussianDiffusion(NoiseSchedule.Create("squaredcos_cap_v2", 1000, "1"));
        using var random = new RandomTensors(3);
        var (x, epsilon) = (random.Normal(1, 3, 2, 2), random.Normal(1, 3, 2, 2));

        var (sample, predicted) = new AncestralSampler().Step(Process(single, cat([epsilon, full_like(epsilon, S(variance))], dim: 1)), x, single.Run, 0, ones_like(x));

        Near.Equal(predicted, sample, atol: 1e-6);
    }

    private static DenoisingProcess Process(GaussianDiffusion diffusion, Tensor output, bool clip = true) =>
        new(diffusion, new RecordedDenoiser(output)) { ClipDenoised = clip };
}

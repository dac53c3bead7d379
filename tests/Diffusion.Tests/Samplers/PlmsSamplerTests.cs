using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Samplers;

public sealed class PlmsSamplerTests
{
    [Fact]
    public void Run_OfPlms_EvaluatesFourTimesInEachOfThreeStepsAndThenOnce()
    {
        var (denoiser, steps) = Run(new PlmsSampler(), 12);

        Assert.Equal([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], steps.Select(step => step.Index));
        Assert.Equal(3 * 4 + 7, denoiser.Timesteps.Count);
        // A Runge-Kutta step asks at its start, twice in the middle and at its end.
        Assert.Equal([908, 862.5, 862.5, 817], denoiser.Timesteps.Take(4));
        Assert.Equal([91], denoiser.Timesteps.TakeLast(1));
    }

    [Fact]
    public void Run_OfRungeKutta_EvaluatesFourTimesInEachStep()
    {
        var (denoiser, steps) = Run(new PlmsSampler(rungeKutta: true), 12);
        Assert.Equal((10, 40), (steps.Count, denoiser.Timesteps.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_WithTheExactDenoiser_FollowsTheFlowFarCloserThanDdim(bool rungeKutta)
    {
        // For normal data the flow is known: (x_t - alpha m) / sqrt(alpha^2 s^2 + sigma^2) does not change.
        var schedule = NoiseSchedule.Create("squaredcos_cap_v2", 1000, "42");
        var start = schedule.AlphasCumprod[40];
        var end = schedule.AlphasCumprod[0];
        var x = full(1, 1, 1, 1, S((float)(Math.Sqrt(start) * 0.1 + Width(start) * 1.3)));
        var expected = Math.Sqrt(end) * 0.1 + Width(end) * 1.3;

        var (_, steps) = Run(new PlmsSampler(rungeKutta), 42, x);
        var ddim = x;
        var process = Process(schedule, out _);
        for (var t = 40; t > 0; t--) ddim = new DdimSampler().Step(process, ddim, new GaussianDiffusion(schedule).Run, t, x).Sample;

        var (error, errorOfDdim) = (Math.Abs(steps[^1].Sample.item<float>() - expected), Math.Abs(ddim.item<float>() - expected));
        Assert.InRange(error, 0, errorOfDdim / 5);

        static double Width(double alphaBar) => Math.Sqrt(alphaBar * 0.04 + 1 - alphaBar);
    }

    [Fact]
    public void Run_TooFewTimesteps_IsRefused() => Assert.Equal(
        "plms needs at least 3 timesteps, not 2", Assert.Throws<ArgumentException>(() => Run(new PlmsSampler(), 2)).Message);

    private static (ContinuousDenoiser Denoiser, List<SamplingStep> Steps) Run(PlmsSampler sampler, int timesteps, Tensor? start = null)
    {
        var schedule = NoiseSchedule.Create("squaredcos_cap_v2", 1000, $"{timesteps}");
        var process = Process(schedule, out var denoiser);
        return (denoiser, sampler.Run(process, new GaussianDiffusion(schedule).Run, _ => start?.clone() ?? ones(1, 1, 2, 2), TestContext.Current.CancellationToken).ToList());
    }

    private static DenoisingProcess Process(NoiseSchedule schedule, out ContinuousDenoiser denoiser) =>
        new(new GaussianDiffusion(schedule), denoiser = new ContinuousDenoiser(0.1, 0.2));
}

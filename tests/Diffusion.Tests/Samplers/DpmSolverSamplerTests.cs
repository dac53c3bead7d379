using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Samplers;

public sealed class DpmSolverSamplerTests
{
    private const double Mean = 0.3, Deviation = 0.5;

    [Fact]
    public void Solve_TwiceTheSteps_QuartersTheError()
    {
        // For normal data the flow is known: (x_t - alpha m) / sqrt(alpha^2 s^2 + sigma^2) does not change. The first step is of first order, but
        // it is one of many, so the whole is of second.
        var errors = new[] { 20, 40, 80, 160 }.Select(Error).ToArray();

        for (var i = 1; i < errors.Length; i++) Assert.InRange(errors[i - 1] / errors[i], 3.4, 4.6);

        static double Error(int steps)
        {
            var levels = Enumerable.Range(0, steps + 1).Select(i => At(-2 + 4.0 * i / steps)).ToArray();
            var start = full(1, 3, 1, 1, S((float)(levels[0].Alpha * Mean + Width(levels[0]) * 1.7))).to_type(ScalarType.Float64);
            var process = new DenoisingProcess(new Exact()) { ClipDenoised = false };
            var end = new DpmSolverSampler().Run(process, new LevelRun(levels), _ => start, TestContext.Current.CancellationToken).Last().Sample;
            return Math.Abs(end[0, 0, 0, 0].item<double>() - (levels[^1].Alpha * Mean + Width(levels[^1]) * 1.7));
        }
    }

    [Theory]
    [InlineData(LevelSpacing.Solver, "squaredcos_cap_v2", 0.04)]
    [InlineData(LevelSpacing.Karras, "squaredcos_cap_v2", 0.03)]
    [InlineData(LevelSpacing.Solver, "linear", 0.07)]
    [InlineData(LevelSpacing.Karras, "linear", 0.01)]
    public void Run_WithTheExactDenoiser_MapsNoiseToTheData(LevelSpacing spacing, string name, double tolerance)
    {
        // The last step goes to the predicted image, which for uniform spacing leaves out much of the way.
        const double deviation = 0.2;
        var run = new TimestepSchedule(BetaSchedule.Named(name, 1000)).Run(80, spacing);
        using var random = new RandomTensors(1);
        var noise = random.Normal(1, 3, 10, 10);
        var denoiser = new ContinuousDenoiser(0.1, deviation);

        var steps = new DpmSolverSampler(spacing).Run(
            new DenoisingProcess(denoiser), run, _ => noise.clone(), TestContext.Current.CancellationToken).ToList();

        Assert.Equal(80, steps.Count);
        Assert.Equal(0, steps[^1].Index);
        Assert.Equal(80, denoiser.Timesteps.Count);
        // Where sigma / alpha is 80, and the least noisy timestep.
        Assert.Equal(80, run.From(79).Ratio, 1e-9);
        Assert.Equal(0, denoiser.Timesteps[^1], 1e-3);
        Assert.Equal(denoiser.Timesteps.OrderDescending(), denoiser.Timesteps);
        Near.Equal((S(deviation) * noise).Plus(S(0.1)), steps[^1].Sample, atol: tolerance);
    }

    private static NoiseLevel At(double lambda) => NoiseLevel.OfAlphaBar(0, 1 / (1 + Math.Exp(-2 * lambda)));

    private static double Width(NoiseLevel at) => Math.Sqrt(at.Alpha * at.Alpha * Deviation * Deviation + at.Sigma * at.Sigma);

    /// <summary>The exact epsilon, in float64 so that the solver's own error is what is seen.</summary>
    private sealed class Exact : IDenoiser
    {
        public Tensor Predict(Tensor x, NoiseLevel at) => S(at.Sigma) * (x - S(at.Alpha * Mean)) / S(Width(at) * Width(at));
    }
}

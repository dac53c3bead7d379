using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;
using Point = Atelier.Diffusion.Samplers.DpmSolverSampler.Point;

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
            var points = Enumerable.Range(0, steps + 1).Select(i => At(-2 + 4.0 * i / steps)).ToArray();
            var start = full(1, 3, 1, 1, S((float)(points[0].Alpha * Mean + Width(points[0]) * 1.7))).to_type(ScalarType.Float64);
            var process = new DenoisingProcess(new GaussianDiffusion(NoiseSchedule.Create("linear", 1000)), new Exact(points)) { ClipDenoised = false };
            var end = DpmSolverSampler.Solve(process, start, points, TestContext.Current.CancellationToken).Last().Sample;
            return Math.Abs(end[0, 0, 0, 0].item<double>() - (points[^1].Alpha * Mean + Width(points[^1]) * 1.7));
        }
    }

    [Theory]
    [InlineData(TimestepSpacing.Uniform, "squaredcos_cap_v2", 0.04)]
    [InlineData(TimestepSpacing.Karras, "squaredcos_cap_v2", 0.03)]
    [InlineData(TimestepSpacing.Uniform, "linear", 0.07)]
    [InlineData(TimestepSpacing.Karras, "linear", 0.01)]
    public void Run_WithTheExactDenoiser_MapsNoiseToTheData(TimestepSpacing spacing, string name, double tolerance)
    {
        // The last step goes to the predicted image, which for uniform spacing leaves out much of the way.
        const double deviation = 0.2;
        var schedule = NoiseSchedule.Create(name, 1000, "80");
        using var random = new RandomTensors(1);
        var noise = random.Normal(1, 3, 10, 10);
        var denoiser = new ContinuousDenoiser(schedule, 0.1, deviation);

        var steps = new DpmSolverSampler(spacing).Run(
            new DenoisingProcess(new GaussianDiffusion(schedule), denoiser), _ => noise.clone(), TestContext.Current.CancellationToken).ToList();

        Assert.Equal(new DpmSolverSampler(spacing).StepsIn(schedule), steps.Count);
        Assert.Equal(0, steps[^1].Index);
        Assert.Equal(80, denoiser.Timesteps.Count);
        // Where sigma / alpha is 80, and the least noisy timestep.
        var noisiest = denoiser.Timesteps[0];
        var alphaBar = schedule.AlphaBarAt(noisiest);
        Assert.Equal(80, Math.Sqrt((1 - alphaBar) / alphaBar), 0.5);
        Assert.Equal(0, denoiser.Timesteps[^1], 1e-3);
        Assert.Equal(denoiser.Timesteps.OrderDescending(), denoiser.Timesteps);
        Near.Equal((S(deviation) * noise).Plus(S(0.1)), steps[^1].Sample, atol: tolerance);
    }

    private static Point At(double lambda) => new(0, 1 / (1 + Math.Exp(-2 * lambda)));

    private static double Width(Point point) => Math.Sqrt(point.AlphaBar * Deviation * Deviation + 1 - point.AlphaBar);

    /// <summary>The exact epsilon at each point in turn, in float64 so that the solver's own error is what is seen.</summary>
    private sealed class Exact(Point[] points) : IDenoiser
    {
        private int _next;

        public Tensor Predict(Tensor x, Timesteps timesteps)
        {
            var point = points[_next++];
            return S(point.Sigma) * (x - S(point.Alpha * Mean)) / S(Width(point) * Width(point));
        }
    }
}

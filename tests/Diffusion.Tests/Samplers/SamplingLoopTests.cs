using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using TorchSharp;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Samplers;

public sealed class SamplingLoopTests
{
    private const double Mean = 0.1, Deviation = 0.2;

    [Theory]
    [InlineData("squaredcos_cap_v2")]
    [InlineData("linear")]
    public void Run_DdimWithTheExactDenoiser_MapsNoiseToTheDataTheCloserTheMoreSteps(string name)
    {
        // With the exact denoiser DDIM solves the probability flow, which for normal data is x_0 = m + s x_T. (The data are narrow enough
        // not to be clipped.)
        using var random = new RandomTensors(1);
        var noise = random.Normal(1, 3, 20, 20);

        var (coarse, fine) = (Error(40), Error(160));

        Assert.InRange(fine, 0, 0.04);
        Assert.InRange(coarse / fine, 3, 5);

        double Error(int steps)
        {
            var sample = Draw(NoiseSchedule.Create(name, 1000, $"{steps}"), new DdimSampler(), noise, random);
            return (sample - (S(Deviation) * noise).Plus(S(Mean))).abs().max().item<float>();
        }
    }

    [Theory]
    [InlineData("ancestral", 0.008)]
    [InlineData("ddim", 0.02)]
    public void Run_StochasticSamplerWithTheExactDenoiser_DrawsFromTheData(string sampler, double tolerance)
    {
        var schedule = NoiseSchedule.Create("squaredcos_cap_v2", 1000, "100");
        using var random = new RandomTensors(2);

        var sample = Draw(schedule, sampler == "ancestral" ? new AncestralSampler() : new DdimSampler(1), random.Normal(1, 3, 60, 60), random);

        // Four standard errors of 10,800 draws are 0.008 of the mean and 0.005 of the deviation. DDIM's variance is the posterior's, which
        // is too small by what the predicted image is uncertain, unless there are infinitely many steps.
        Assert.Equal(Mean, sample.mean().item<float>(), 0.008);
        Assert.Equal(Deviation, sample.std().item<float>(), tolerance);
    }

    [Fact]
    public void Run_ADeterministicSampler_AsksForNoNoiseButTheFirst()
    {
        var schedule = NoiseSchedule.Create("linear", 1000, "5");
        var asked = new List<int>();

        var steps = Run(schedule, new DdimSampler(), new GaussianDenoiser(schedule, 0, 1), step =>
        {
            asked.Add(step);
            return ones(1, 3, 2, 2);
        }).ToList();

        Assert.Equal([-1], asked);
        Assert.Equal([4, 3, 2, 1, 0], steps.Select(step => step.Index));
    }

    [Fact]
    public void Run_AnyDenoiser_IsAskedAboutTheOriginalTimesteps()
    {
        var schedule = NoiseSchedule.Create("linear", 1000, "5");
        var denoiser = new GaussianDenoiser(schedule, 0, 1);

        _ = Run(schedule, new AncestralSampler(), denoiser, _ => ones(1, 3, 2, 2)).Count();

        Assert.Equal([999, 749, 500, 250, 0], denoiser.Timesteps);
    }

    [Fact]
    public void Run_Cancelled_StopsBeforeTheNextStep()
    {
        var schedule = NoiseSchedule.Create("linear", 1000, "5");
        using var cancellation = new CancellationTokenSource();
        var seen = new List<int>();

        Assert.Throws<OperationCanceledException>(() =>
        {
            var process = new DenoisingProcess(new GaussianDiffusion(schedule), new GaussianDenoiser(schedule, 0, 1));
            foreach (var step in new AncestralSampler().Run(process, new GaussianDiffusion(schedule).Run, _ => ones(1, 3, 2, 2), cancellation.Token))
            {
                seen.Add(step.Index);
                if (step.Index == 3) cancellation.Cancel();
            }
        });

        Assert.Equal([4, 3], seen);
    }

    [Fact]
    public void Run_EveryTensorOfAStep_IsTheCallers()
    {
        var schedule = NoiseSchedule.Create("linear", 1000, "5");
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        foreach (var step in Run(schedule, new AncestralSampler(), new GaussianDenoiser(schedule, 0, 1), _ => ones(1, 3, 2, 2)).ToList())
        {
            step.Sample.Dispose();
            step.PredictedXStart.Dispose();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    private static Tensor Draw(NoiseSchedule schedule, ISampler sampler, Tensor noise, RandomTensors random) =>
        Run(schedule, sampler, new GaussianDenoiser(schedule, Mean, Deviation), step => step < 0 ? noise.clone() : random.Normal(noise.shape)).Last().Sample;

    private static IEnumerable<SamplingStep> Run(NoiseSchedule schedule, ISampler sampler, IDenoiser denoiser, Func<int, Tensor> noise) =>
        sampler.Run(new DenoisingProcess(denoiser), new GaussianDiffusion(schedule).Run, noise, TestContext.Current.CancellationToken);
}

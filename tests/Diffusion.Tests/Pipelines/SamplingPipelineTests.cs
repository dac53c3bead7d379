using System.Diagnostics;
using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;
using TorchSharp;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Pipelines;

public sealed class SamplingPipelineTests : IDisposable
{
    private static readonly SampleRequest Corgi = new("an oil painting of a corgi", 11, 3), Boat = new("a boat", 12, 1.5), Nothing = new("", 13, 0.5);
    private static readonly SamplingSettings Settings = new() { Sampler = "ancestral", Steps = 3, BatchSize = 3 };

    private readonly TinyModel _files = new();
    private readonly NativeFolder _model;
    private readonly Model _network;
    private readonly SamplingPipeline _pipeline;

    public SamplingPipelineTests()
    {
        set_num_threads(1);
        _model = NativeFolder.Open(_files.FullName);
        _network = _model.Load();
        _pipeline = new SamplingPipeline(_network);
    }

    [Theory]
    [InlineData("ancestral", 0)]
    [InlineData("ddim", 0)]
    [InlineData("ddim", 1)]
    public void Draw_TheSameRequestAnywhereInABatch_GivesTheSamePixels(string sampler, double eta)
    {
        var settings = Settings with { Sampler = sampler, Eta = eta };

        var first = Draw(settings, Corgi, Boat, Nothing);
        var last = Draw(settings, Boat, Nothing, Corgi);
        var padded = Draw(settings, Corgi);

        Assert.Equal(16 * 16 * 3, first[0]!.Length);
        Assert.Equal(first[0], last[2]);
        Assert.Equal(first[0], padded[0]);
        Assert.Equal(first[1], last[0]);
        Assert.Equal(first[2], last[1]);
    }

    [Fact]
    public void Draw_AnotherPromptSeedOrScale_GivesOtherPixels()
    {
        var pixels = Draw(Settings, Corgi)[0];

        Assert.NotEqual(pixels, Draw(Settings, Corgi with { Prompt = "a corgi" })[0]);
        Assert.NotEqual(pixels, Draw(Settings, Corgi with { Seed = 1 })[0]);
        Assert.NotEqual(pixels, Draw(Settings, Corgi with { Seed = 11 | 1UL << 32 })[0]);
        Assert.NotEqual(pixels, Draw(Settings, Corgi with { GuidanceScale = 5 })[0]);
        Assert.NotEqual(pixels, Draw(Settings with { Sampler = "ddim" }, Corgi)[0]);
    }

    [Fact]
    public void Draw_OnTwoThreadsAtOnce_GivesWhatOneGives()
    {
        var expected = Draw(Settings, Corgi, Boat);
        var results = new byte[]?[4][];
        var threads = Enumerable.Range(0, 4).Select(i => new Thread(() =>
        {
            set_num_threads(1);
            results[i] = i % 2 == 0 ? Draw(Settings, Corgi, Boat) : Draw(Settings, Boat, Corgi);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        for (var i = 0; i < results.Length; i++) Assert.Equal(expected, i % 2 == 0 ? results[i] : results[i].Reverse());
    }

    [Fact]
    public void Draw_LongPrompt_SaysThatItWasCut()
    {
        var drawn = _pipeline.Draw([Corgi, Boat], Settings with { Steps = 1 }, cancellationToken: TestContext.Current.CancellationToken);

        // A token a letter, and twelve places.
        Assert.Equal((Corgi.Prompt.Length, true), (drawn[0].TokenCount, drawn[0].Truncated));
        Assert.Equal((6, false), (drawn[1].TokenCount, drawn[1].Truncated));
    }

    [Fact]
    public void Draw_EveryStep_IsReported()
    {
        var done = new List<int>();

        _pipeline.Draw([Boat], Settings with { Steps = 5 }, done.Add, TestContext.Current.CancellationToken);

        Assert.Equal([1, 2, 3, 4, 5], done);
    }

    [Fact]
    public void Draw_Cancelled_StopsBeforeTheNextStepAndFreesItsTensors()
    {
        using var cancellation = new CancellationTokenSource();
        var before = LiveTensors();
        var done = 0;

        Assert.Throws<OperationCanceledException>(() => _pipeline.Draw([Boat], Settings with { Steps = 50 }, step =>
        {
            done = step;
            if (step == 2) cancellation.Cancel();
        }, cancellation.Token));

        Assert.Equal(2, done);
        Assert.Equal(before, LiveTensors());
    }

    [Theory]
    [InlineData("ancestral")]
    [InlineData("ddim")]
    [InlineData("plms")]
    [InlineData("dpmpp-2m-karras")]
    public void Draw_ManyBatches_LeavesNoTensorsBehind(string sampler)
    {
        var before = LiveTensors();

        for (var i = 0; i < 3; i++) Draw(Settings with { Sampler = sampler }, Corgi, Boat);

        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void Draw_WeightsThatAreNotNumbers_GivesNoPixels()
    {
        using (no_grad()) ((nn.Module)_network.Stages[0].Network).parameters().First().fill_(S(double.NaN));

        Assert.Equal([null, null], Draw(Settings, Corgi, Boat));
    }

    [Fact]
    public void Draw_NegativePrompt_TakesThePlaceOfTheNullCaption()
    {
        var plain = Draw(Settings, Corgi)[0];

        Assert.Equal(plain, Draw(Settings, Corgi with { NegativePrompt = "" })[0]);
        Assert.NotEqual(plain, Draw(Settings, Corgi with { NegativePrompt = "a boat" })[0]);
        // Against itself there is nothing to lead to, whatever the scale.
        var itself = Corgi with { NegativePrompt = Corgi.Prompt };
        Assert.Equal(Draw(Settings, itself)[0], Draw(Settings, itself with { GuidanceScale = 0 })[0]);
    }

    [Fact]
    public void Draw_EveryGuidance_ChangesTheImage()
    {
        GuidanceSettings[] all =
        [
            new(), new() { IntervalEnd = 0.5 }, new() { IntervalStart = 0.5 }, new() { Weights = GuidanceWeights.Linear }, new() { Rescale = 0.7 },
            new() { ThresholdPercentile = 0.9 }, new() { CfgZeroStar = true }, new() { Apg = new ApgSettings() },
        ];
        var drawn = all.Select(guidance => Convert.ToHexString(Draw(Settings with { Guidance = guidance }, Corgi with { GuidanceScale = 6 })[0]!)).ToList();

        Assert.Distinct(drawn);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Draw_ScalesOfOnePass_GiveTheSamePixelsAnywhereInABatch(double scale)
    {
        var (corgi, boat) = (Corgi with { GuidanceScale = scale }, Boat with { GuidanceScale = scale, NegativePrompt = "a sail" });

        var together = Draw(Settings, corgi, boat);

        Assert.Equal(Draw(Settings, corgi)[0], together[0]);
        Assert.Equal(Draw(Settings, boat)[0], together[1]);
        Assert.NotEqual(together[0], together[1]);
    }

    [Fact]
    public void Draw_KindsMixed_IsRefused() => Assert.StartsWith(
        "the requests are of different kinds, which take different passes a step; a batch is of one kind",
        Assert.Throws<ArgumentException>(() => Draw(Settings, Corgi, Boat with { GuidanceScale = 1 })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "0 requests do not fit a batch of 3")]
    [InlineData(4, "4 requests do not fit a batch of 3")]
    public void Draw_WrongNumberOfRequests_IsRefused(int count, string reason) => Assert.StartsWith(
        reason, Assert.Throws<ArgumentException>(() => Draw(Settings, [.. Enumerable.Repeat(Boat, count)])).Message, StringComparison.Ordinal);

    [Fact]
    public void Draw_SettingsThatTheModelDoesNotAllow_AreRefused()
    {
        Assert.Equal(
            "cannot take 1001 steps from a section of 1000 timesteps",
            Assert.Throws<ArgumentException>(() => Draw(Settings with { Steps = 1001 }, Boat)).Message);
        Assert.Equal(
            "unknown sampler 'heunn'; known: ancestral, ddim, euler, euler-ancestral, plms, dpmpp-2m, dpmpp-2m-karras",
            Assert.Throws<ArgumentException>(() => Draw(Settings with { Sampler = "heunn" }, Boat)).Message);
    }

    [Fact]
    public void ProbeNumerics_OfTheSameModelAndShape_IsTheSameName()
    {
        using var other = _model.Load();
        using var another = _model.Load();
        using (no_grad()) ((nn.Module)another.Stages[0].Network).parameters().First().add_(S(0.1), S(1));

        Assert.Matches("^[0-9a-f]{64}$", _pipeline.ProbeNumerics(2));
        Assert.Equal(_pipeline.ProbeNumerics(2), new SamplingPipeline(other).ProbeNumerics(2));
        Assert.NotEqual(_pipeline.ProbeNumerics(2), _pipeline.ProbeNumerics(1));
        Assert.NotEqual(_pipeline.ProbeNumerics(2), new SamplingPipeline(another).ProbeNumerics(2));
    }

    [Fact]
    public void TimeStep_OfABatch_IsTheTimeOfAStepAndLeavesNothingBehind()
    {
        _pipeline.TimeStep(1, upsample: true, TestContext.Current.CancellationToken);
        var before = LiveTensors();

        var begun = Stopwatch.GetTimestamp();
        var step = _pipeline.TimeStep(2, upsample: true, TestContext.Current.CancellationToken);

        // The median of three: at least two took as long.
        Assert.InRange(step, TimeSpan.FromTicks(1), Stopwatch.GetElapsedTime(begun) / 2);
        Assert.Equal(before, LiveTensors());
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => _pipeline.TimeStep(2, upsample: true, cancelled.Token));
    }

    public void Dispose()
    {
        _network.Dispose();
        _files.Dispose();
    }

    private byte[]?[] Draw(SamplingSettings settings, params SampleRequest[] requests) =>
        [.. _pipeline.Draw(requests, settings, cancellationToken: TestContext.Current.CancellationToken).Select(sample => sample.Rgb)];

    private static long LiveTensors() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}

using Atelier.Dataset.Attempts;
using Atelier.Dataset.Parts;
using Atelier.Dataset.Stores;
using Atelier.Silo.Drawing;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Silo.Tests.Drawing;

public sealed class DrawingPaceTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly DrawingPace _pace;

    public DrawingPaceTests() => _pace = new DrawingPace(_time);

    [Fact]
    public void PerSecond_IsKnownFromTheSecondStepOn_AndTimeBeforeTheFirstDoesNotCount()
    {
        _pace.Begin(Guid.Empty);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, _pace.PerSecond);
        Step(seconds: 9, samples: 0.1);
        Assert.Equal(0, _pace.PerSecond);
        Step(seconds: 0.5, samples: 0.1);
        Assert.Equal(0.2, _pace.PerSecond, 9);
        for (var step = 0; step < 20; step++) Step(seconds: 0.5, samples: 0.1);
        Assert.Equal(0.2, _pace.PerSecond, 9);
    }

    [Fact]
    public void PerSecond_FollowsAChangeWithinHalfAMinute()
    {
        for (var step = 0; step < 100; step++) Step(seconds: 1, samples: 1);
        for (var step = 0; step < 30; step++) Step(seconds: 1, samples: 3);
        // Of the old pace 1/e is left.
        Assert.InRange(_pace.PerSecond, 2.2, 2.4);
    }

    [Fact]
    public void PerSecond_WhileAStepTakesLongerThanTheLast_Falls()
    {
        for (var step = 0; step < 3; step++) Step(seconds: 1, samples: 1);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _pace.PerSecond, 9);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.InRange(_pace.PerSecond, 0.08, 0.1);
    }

    [Fact]
    public void Begin_OfAnotherJob_ForgetsTheFirst_AndOfTheSameDoesNot()
    {
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        _pace.Begin(first);
        for (var step = 0; step < 3; step++) Step(seconds: 1, samples: 1);
        _pace.Begin(first);
        Assert.Equal(1, _pace.PerSecond, 9);
        _pace.Begin(second);
        Assert.Equal(0, _pace.PerSecond);
    }

    [Fact]
    public async Task Step_OfADrawing_CountsByWhatStepsCost()
    {
        var reported = new List<double>();
        var parts = await PartsAsync();
        ShardSample[] batch = [.. new ShardSample[4]];
        var progress = new DrawingProgress([batch], parts, [1, 1, 2], reported.Add);
        progress.Begin(0);
        Assert.Equal([1, 1, 2], [progress.Step(4, 1), progress.Step(4, 2), progress.Step(4, 3)]);
        progress.End(0, 4);
        Assert.Equal([0, 0, 1, 2, 4, 4], reported);
    }

    private static async Task<ShardParts> PartsAsync()
    {
        using var job = new SimulatedJob();
        var parts = new ShardParts(new MemoryStore(), new ShardAttempt
        {
            Job = "job",
            Incarnation = Guid.Empty,
            Spec = job.Spec,
            Plan = job.Plan,
            Shard = 0,
            Attempt = Guid.Empty,
            NumericsClass = "a",
        });
        await parts.FindAsync(TestContext.Current.CancellationToken);
        return parts;
    }

    private void Step(double seconds, double samples)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _pace.Add(samples);
    }
}

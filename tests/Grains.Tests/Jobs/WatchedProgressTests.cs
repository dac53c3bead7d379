using Atelier.Abstractions.Jobs;
using Atelier.Grains.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Jobs;

public sealed class WatchedProgressTests
{
    private readonly FakeTimeProvider _time = new();
    private JobProgress _progress = new() { JobId = "job", Status = JobStatus.Running };
    private int _looks;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ManyWatchers_AreServedByOneLookAPeriod_AndWakeOnlyOnAChange()
    {
        var watched = Watched();
        var watchers = Enumerable.Range(0, 10).Select(_ => watched.WatchAsync(Cancel, Cancel).GetAsyncEnumerator(Cancel)).ToList();
        foreach (var watcher in watchers) Assert.True(await watcher.MoveNextAsync());
        _looks = 0;

        var next = watchers.Select(watcher => watcher.MoveNextAsync().AsTask()).ToList();
        for (var period = 1; period <= 4; period++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
            while (Volatile.Read(ref _looks) < period) await Task.Yield();
        }
        Assert.Equal(4, _looks);
        Assert.All(next, waiting => Assert.False(waiting.IsCompleted));

        _progress = _progress with { Finished = 1 };
        _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.All(await Task.WhenAll(next), Assert.True);
        Assert.All(watchers, watcher => Assert.Equal(1, watcher.Current.Finished));
        foreach (var watcher in watchers) await watcher.DisposeAsync();
    }

    [Fact]
    public async Task TheEnd_IsToldAtOnce()
    {
        var watched = Watched();
        var seen = new List<JobStatus>();
        await foreach (var progress in watched.WatchAsync(Cancel, Cancel))
        {
            seen.Add(progress.Status);
            if (progress.IsFinal) continue;
            _progress = _progress with { Status = JobStatus.Completed };
            watched.Signal(JobStatus.Completed);
        }
        Assert.Equal([JobStatus.Running, JobStatus.Completed], seen);
    }

    [Fact]
    public void Signal_WithoutWatchers_LooksAtNothing()
    {
        Watched().Signal(JobStatus.Completed);
        Assert.Equal(0, _looks);
    }

    private WatchedProgress Watched() => new(
        () =>
        {
            Interlocked.Increment(ref _looks);
            return _progress;
        },
        _time);
}

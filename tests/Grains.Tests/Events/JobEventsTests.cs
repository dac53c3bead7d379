using Atelier.Abstractions.Jobs;
using Atelier.Grains.Events;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Events;

public sealed class JobEventsTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void After_TheLastThatIsKnown_IsWhatCameSince()
    {
        var events = New();
        Add(events, 3);
        var known = events.After(null);
        Assert.Equal(["0", "1", "2"], known.Select(one => one.Message));
        Assert.Empty(events.After(known[^1].Id));
        Add(events, 1, from: 3);
        Assert.Equal(["3"], events.After(known[^1].Id).Select(one => one.Message));
        Assert.Equal(["1", "2", "3"], events.After(known[0].Id).Select(one => one.Message));
    }

    [Theory]
    [InlineData("other-1000")]
    [InlineData("e-5000")]
    [InlineData("nonsense")]
    public void After_AnEventOfAnotherActivation_BeginsWithAReset_AndGoesOnAfterIt(string id)
    {
        var events = New();
        Add(events, 2);
        var all = events.After(id);
        Assert.Equal([JobCodes.Reset, JobCodes.WorkFailed, JobCodes.WorkFailed], all.Select(one => one.Code));
        Assert.Equal(["0", "1"], events.After(all[0].Id).Select(one => one.Message));
    }

    [Fact]
    public void After_WhenNothingHasHappened_TellsOfAResetOnce()
    {
        var events = New();
        var reset = Assert.Single(events.After("other-1"));
        Assert.Empty(events.After(reset.Id));
        Add(events, 1);
        Assert.Equal(["0"], events.After(reset.Id).Select(one => one.Message));
    }

    [Fact]
    public void After_MoreThanAreKept_ForgetsTheOldest_AndSaysSo()
    {
        var events = New();
        events.Learn([Before("long ago", hours: 1)]);
        Add(events, 1);
        var first = events.After(null)[^1].Id;
        Add(events, JobEvents.Capacity + 1, from: 1);
        var all = events.After(first);
        Assert.Equal((JobEvents.Capacity + 1, JobCodes.Reset, "2"), (all.Length, all[0].Code, all[1].Message));
        Assert.DoesNotContain("long ago", events.After(null).Select(one => one.Message));
    }

    [Fact]
    public void Learn_PutsWhatWasBefore_InOrder_WithoutWhatWasSeen_AndOnce()
    {
        var events = New();
        Add(events, 1);
        var known = events.After(null)[^1].Id;
        events.Learn([Before("second", hours: 1), Before("first", hours: 2), Before("seen", hours: -1)]);
        events.Learn([Before("again", hours: 3)]);
        Assert.Equal(["first", "second", "0"], events.After(null).Select(one => one.Message));
        Assert.Empty(events.After(known));
        Assert.Equal(["second", "0"], events.After(events.After(null)[0].Id).Select(one => one.Message));
    }

    [Fact]
    public async Task WatchAsync_TellsWhatIsKnown_AndThenWhatHappens()
    {
        var events = New();
        Add(events, 1);
        await using var watch = events.WatchAsync(null, CancellationToken.None, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await watch.MoveNextAsync());
        var next = watch.MoveNextAsync();
        Assert.False(next.IsCompleted);
        Add(events, 1, from: 1);
        Assert.True(await next);
        Assert.Equal("1", watch.Current.Message);
    }

    private JobEvents New() => new("e", _time);

    private static void Add(JobEvents events, int count, int from = 0)
    {
        for (var i = from; i < from + count; i++) events.Add(new Reason(JobCodes.WorkFailed, $"{i}"));
    }

    private JobEvent Before(string message, int hours) => new() { Id = "", At = _time.GetUtcNow().AddHours(-hours), Code = JobCodes.Paused, Message = message };
}

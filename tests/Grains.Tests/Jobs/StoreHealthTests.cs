using Atelier.Grains.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Jobs;

public sealed class StoreHealthTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Trouble_WhileACallIsNotAnswered_SaysSoAfterFiveSeconds()
    {
        var health = new StoreHealth(_time);
        var answer = new TaskCompletionSource<int>();
        var call = health.CallAsync(() => answer.Task);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(health.Trouble);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("the store has not answered for more than 5 s", health.Trouble);
        // It may only be slow: workers go on.
        Assert.False(health.IsPausing);

        answer.SetResult(7);
        Assert.Equal(7, await call);
        Assert.Null(health.Trouble);
    }

    [Fact]
    public async Task Trouble_AfterACallFailed_IsItsReasonUntilOneGoesWell()
    {
        var health = new StoreHealth(_time);
        await Assert.ThrowsAsync<IOException>(() => health.CallAsync(() => Task.FromException(new IOException("the network is down"))));
        var next = new TaskCompletionSource();
        var call = health.CallAsync(() => next.Task);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("the store cannot be used at present: the network is down", health.Trouble);
        next.SetResult();
        await call;
        Assert.Null(health.Trouble);
    }
}

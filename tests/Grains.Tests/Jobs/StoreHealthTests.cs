using Atelier.Dataset.Stores;
using Atelier.Grains.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Jobs;

public sealed class StoreHealthTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trouble_WhileACallIsNotAnswered_SaysSoAfterFiveSeconds()
    {
        var health = new StoreHealth(_time);
        var answer = new TaskCompletionSource<int>();
        var request = new StoreRequest<int>((_, _) => answer.Task);
        var call = health.RunAsync(request, new MemoryStore(), Cancel);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(health.Trouble);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("the store has not answered for more than 5 s", health.Trouble);
        // It may only be slow: workers go on.
        Assert.False(health.IsPausing);

        answer.SetResult(7);
        await call;
        Assert.Equal(7, request.Answer);
        Assert.Null(health.Trouble);
    }

    [Fact]
    public async Task Trouble_AfterACallFailed_IsItsReasonUntilOneGoesWell()
    {
        var health = new StoreHealth(_time);
        var failing = new StoreRequest<int>((_, _) => throw new UnauthorizedAccessException("the network is down"));
        await health.RunAsync(failing, new MemoryStore(), Cancel);
        Assert.Throws<IOException>(() => failing.Answer);
        var next = new TaskCompletionSource<int>();
        var call = health.RunAsync(new StoreRequest<int>((_, _) => next.Task), new MemoryStore(), Cancel);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("the store cannot be used at present: the network is down", health.Trouble);
        next.SetResult(0);
        await call;
        Assert.Null(health.Trouble);
    }
}

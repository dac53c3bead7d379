using Atelier.Abstractions.Retries;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Abstractions.Tests.Retries;

public sealed class RetryTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _told = [];
    private int _calls;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_FailuresThatPass_RepeatsAfterPausesUntilItSucceeds()
    {
        var running = Retry(tries: 20).RunAsync(() => ++_calls < 3 ? Task.FromException<int>(new TimeoutException($"call {_calls}")) : Task.FromResult(7), Cancel);

        foreach (var calls in new[] { 1, 2 })
        {
            Assert.Equal((calls, false), (_calls, running.IsCompleted));
            _time.Advance(TimeSpan.FromSeconds(0.999));
            Assert.Equal(calls, _calls);
            _time.Advance(TimeSpan.FromSeconds(0.001));
        }
        Assert.Equal(7, await running);
        Assert.Equal(["call 1", "call 2"], _told);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task RunAsync_FailuresThatGoOn_ThrowsThatOfTheLastTry(int tries)
    {
        var running = Retry(tries).RunAsync(() => Task.FromException(new TimeoutException($"call {++_calls}")), Cancel);
        while (!running.IsCompleted) _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal($"call {tries}", (await Assert.ThrowsAsync<TimeoutException>(() => running)).Message);
        Assert.Equal((tries, tries - 1), (_calls, _told.Count));
    }

    [Fact]
    public async Task RunAsync_AnotherFailure_ThrowsAtOnce()
    {
        await Assert.ThrowsAsync<InvalidInputException>(() => Retry(tries: 20).RunAsync(() => Task.FromException(new InvalidInputException($"{++_calls}")), Cancel));

        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task RunAsync_CancelledBeforeInACallOrInAPause_EndsThere()
    {
        var retry = Retry(tries: 20);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => retry.RunAsync(() => Task.FromResult(++_calls), new CancellationToken(canceled: true)));
        Assert.Equal(0, _calls);

        using var inACall = new CancellationTokenSource();
        var waiting = retry.RunAsync(() => new TaskCompletionSource().Task, inACall.Token);
        await inACall.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        using var inAPause = new CancellationTokenSource();
        waiting = retry.RunAsync(() => Task.FromException(new TimeoutException($"call {++_calls}")), inAPause.Token);
        await inAPause.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(1, _calls);
    }

    [Fact]
    public void Retry_NumbersThatAreNotAllowed_AreNamed()
    {
        Assert.Equal("retries: MaxTries is '0'; allowed: 1 or more", Refusal(new RetryOptions { MaxTries = 0 }));
        Assert.Equal("retries: Pause is '00:00:00'; allowed: more than 0, up to 01:00:00", Refusal(new RetryOptions { Pause = TimeSpan.Zero }));

        string Refusal(RetryOptions options) => Assert.Throws<InvalidInputException>(() => new Retry(options, _time, _ => true)).Message;
    }

    private Retry Retry(int tries) =>
        new(new RetryOptions { MaxTries = tries, Pause = TimeSpan.FromSeconds(1) }, _time, failure => failure is TimeoutException, failure => _told.Add(failure.Message));
}

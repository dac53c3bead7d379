using System.Collections.Concurrent;
using System.Collections.Immutable;
using Atelier.Abstractions.Workers;
using Atelier.Silo.Leasing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Silo.Tests.Leasing;

public sealed class LeaseHeartbeatsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<(string Job, Guid[] Leases)> _calls = [];

    [Fact]
    public async Task Keep_LeasesOfTwoWorkers_AreOneCallOfTheirJob_AndSoonTheFirstTime()
    {
        await using var heartbeats = New(_ => []);
        await using var first = heartbeats.Keep(Lease("job"), Progress);
        await using var second = heartbeats.Keep(Lease("job"), Progress);
        await using var other = heartbeats.Keep(Lease("other"), Progress);

        _time.Advance(LeaseHeartbeats.Period / 4);
        await UntilAsync(() => _calls.Count == 2);

        Assert.Equal(
            [("job", [first.Lease.Id, second.Lease.Id]), ("other", [other.Lease.Id])],
            _calls.OrderBy(call => call.Job).Select(call => (call.Job, call.Leases)), Same);
        await AdvanceUntilAsync(() => _calls.Count >= 12);
        Assert.All(_calls, call => Assert.Equal(call.Job == "job" ? 2 : 1, call.Leases.Length));
    }

    [Fact]
    public async Task Keep_ALeaseThatIsUnwanted_EndsThatOneAlone()
    {
        var unwanted = Lease("job");
        await using var heartbeats = New(_ => [unwanted.Id]);
        await using var first = heartbeats.Keep(unwanted, Progress);
        await using var second = heartbeats.Keep(Lease("job"), Progress);

        await AdvanceUntilAsync(() => first.Unwanted.IsCancellationRequested);
        var calls = _calls.Count;
        await AdvanceUntilAsync(() => _calls.Count >= calls + 2);

        Assert.False(second.Unwanted.IsCancellationRequested);
        Assert.Equal([second.Lease.Id], _calls.Last().Leases);
    }

    [Fact]
    public async Task Keep_AJobThatFailsOrDoesNotAnswer_HoldsUpNoOther_AndIsAskedOnceAtATime()
    {
        var answer = new TaskCompletionSource();
        await using var heartbeats = New(job => job == "broken" ? throw new InvalidOperationException() : [], job => job == "silent" ? answer.Task : Task.CompletedTask);
        await using var silent = heartbeats.Keep(Lease("silent"), Progress);
        await using var broken = heartbeats.Keep(Lease("broken"), Progress);
        await using var sound = heartbeats.Keep(Lease("sound"), Progress);

        await AdvanceUntilAsync(() => Calls("sound") >= 5 && Calls("broken") >= 5);

        Assert.Equal(1, Calls("silent"));
        var ended = silent.EndAsync();
        Assert.False(ended.IsCompleted);
        answer.SetResult();
        await ended;

        int Calls(string job) => _calls.Count(call => call.Job == job);
    }

    private static bool Same((string Job, Guid[] Leases) a, (string Job, Guid[] Leases) b) => a.Job == b.Job && a.Leases.SequenceEqual(b.Leases);

    private static WorkProgress Progress() => new(0);

    private static WorkLease Lease(string job) =>
        new() { Id = Guid.NewGuid(), JobId = job, Incarnation = Guid.Empty, Kind = WorkKind.Draw, Shard = 0, Duration = TimeSpan.FromSeconds(30) };

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        while (!isTrue()) await Task.Delay(1, TestContext.Current.CancellationToken);
    }

    private async Task AdvanceUntilAsync(Func<bool> isTrue) => await UntilAsync(() =>
    {
        _time.Advance(LeaseHeartbeats.Period / 4);
        return isTrue();
    });

    private LeaseHeartbeats New(Func<string, ImmutableArray<Guid>> unwanted, Func<string, Task>? answer = null) => new(
        async (job, leases) =>
        {
            _calls.Enqueue((job, [.. leases.Select(lease => lease.Lease.Id)]));
            if (answer is not null) await answer(job);
            return unwanted(job);
        },
        _time, NullLogger.Instance);
}

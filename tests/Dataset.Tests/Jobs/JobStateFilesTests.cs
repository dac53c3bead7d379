using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Jobs;

public sealed class JobStateFilesTests
{
    private readonly MemoryStore _store = new();

    [Fact]
    public async Task ReadAsync_GivesWhatWasWritten_AndANumberIsWrittenOnce()
    {
        var state = new JobState
        {
            Lifecycle = JobLifecycle.Paused,
            Scheduling = new JobScheduling { Submitter = "ann", Priority = JobPriority.High, Weight = 3 },
            Retries = 2,
            Changed = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        };
        Assert.Equal(-1, await JobStateFiles.FindLastAsync(_store, "job", Cancel));
        Assert.True(await JobStateFiles.TryCreateAsync(_store, "job", 0, state, Cancel));
        Assert.False(await JobStateFiles.TryCreateAsync(_store, "job", 0, new JobState(), Cancel));
        Assert.Equal(state, await JobStateFiles.ReadAsync(_store, "job", 0, Cancel));
        Assert.Null(await JobStateFiles.ReadAsync(_store, "job", 1, Cancel));
        Assert.Equal(
            """
            {
              "lifecycle": "paused",
              "scheduling": {
                "submitter": "ann",
                "priority": "high",
                "weight": 3
              },
              "retries": 2,
              "changed": "2026-01-02T03:04:05+00:00"
            }

            """,
            Encoding.UTF8.GetString((await _store.ReadAsync("job/state/00000.json", Cancel))!));
    }

    [Fact]
    public async Task FindLastAsync_CountsAsNumbers()
    {
        foreach (var number in new[] { 0, 9, 100_000, 99_999 }) await JobStateFiles.TryCreateAsync(_store, "job", number, new JobState(), Cancel);
        Assert.Equal(100_000, await JobStateFiles.FindLastAsync(_store, "job", Cancel));
    }

    [Fact]
    public async Task ReadAsync_OfADamagedState_NamesTheFile()
    {
        await _store.TryCreateAsync("job/state/00000.json", "{ \"lifecycle\": 7 }"u8.ToArray(), Cancel);
        var damaged = await Assert.ThrowsAsync<InvalidInputException>(() => JobStateFiles.ReadAsync(_store, "job", 0, Cancel));
        Assert.StartsWith("job/state/00000.json is damaged: ", damaged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_AreCountedOnceForEachLease_AndOnlySinceTheLastRetry()
    {
        var lease = new WorkLease { Id = Guid.NewGuid(), JobId = "job", Incarnation = Guid.Empty, Kind = WorkKind.Draw, Shard = 7, Duration = TimeSpan.Zero };
        var closing = lease with { Kind = WorkKind.Close, Shard = -1 };
        var fault = new ShardFault { Worker = "w", Reason = "it burns" };
        Assert.True(await ShardFaultFiles.TryCreateAsync(_store, lease, 0, fault, Cancel));
        Assert.False(await ShardFaultFiles.TryCreateAsync(_store, lease, 0, fault, Cancel));
        Assert.True(await ShardFaultFiles.TryCreateAsync(_store, closing, 0, fault, Cancel));
        Assert.True(await ShardFaultFiles.TryCreateAsync(_store, lease, 1, fault with { Reason = "again", IsLoss = true }, Cancel));

        Assert.Equal([(WorkKind.Close, -1, lease.Id, false), (WorkKind.Draw, 7, lease.Id, false)], await ShardFaultFiles.ListAsync(_store, "job", 0, Cancel));
        Assert.Equal([(WorkKind.Draw, 7, lease.Id, true)], await ShardFaultFiles.ListAsync(_store, "job", 1, Cancel));
        Assert.Equal("again", (await ShardFaultFiles.ReadAsync(_store, "job", 1, (WorkKind.Draw, 7, lease.Id, true), Cancel))!.Reason);
        Assert.Equal("it burns", (await ShardFaultFiles.ReadAsync(_store, "job", 0, (WorkKind.Close, -1, lease.Id, false), Cancel))!.Reason);
    }

    [Fact]
    public async Task WorkInHand_IsListedUntilItEnds()
    {
        var lease = new WorkLease { Id = Guid.NewGuid(), JobId = "job", Incarnation = Guid.NewGuid(), Kind = WorkKind.Draw, Shard = 7, Duration = TimeSpan.Zero };
        await BegunWorkFiles.AddAsync(_store, lease, new BegunWork { Worker = "w" }, Cancel);
        Assert.Equal([lease], await BegunWorkFiles.ListAsync(_store, "job", lease.Incarnation, Cancel));
        Assert.Equal("w", await BegunWorkFiles.ReadWorkerAsync(_store, lease, Cancel));

        for (var call = 0; call < 2; call++) await BegunWorkFiles.RemoveAsync(_store, lease, Cancel);
        Assert.Empty(await BegunWorkFiles.ListAsync(_store, "job", lease.Incarnation, Cancel));
        Assert.Null(await BegunWorkFiles.ReadWorkerAsync(_store, lease, Cancel));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}

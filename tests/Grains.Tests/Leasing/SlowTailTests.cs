using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Grains.Leasing;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Leasing;

public sealed class SlowTailTests
{
    private static readonly JobPlan Plan = new() { Rows = 8, ImagesPerPrompt = 1, ShardSize = 4, BatchSize = 2, ChunkRows = 1000 };
    private static readonly WorkerInfo Fast = new(Guid.NewGuid(), "fast", "cuda:0");
    private static readonly WorkerInfo Slow = new(Guid.NewGuid(), "slow", "cpu");
    private readonly FakeTimeProvider _time = new();
    private readonly ShardLedger _ledger;
    private readonly WorkLease _slow = Lease(1, Slow);

    public SlowTailTests()
    {
        _ledger = new ShardLedger(Plan, _time);
        var quick = Lease(0, Fast);
        _ledger.Hold(quick);
        _ledger.Hold(_slow);
        Advance(10);
        _ledger.Commit(0, quick.Id);
        _ledger.Promote(0);
        _ledger.Release(quick.Id);
    }

    [Fact]
    public void Next_WhenTheLastShardTakesTwiceAsLongAsUsual_OffersItToAnotherWorkerOnce()
    {
        Advance(9);
        Assert.Null(_ledger.Next(Fast.Id));
        Advance(2);
        Assert.Null(_ledger.Next(Slow.Id));
        Assert.Equal((WorkKind.Draw, 1), _ledger.Next(Fast.Id));
        var second = Lease(1, Fast);
        _ledger.Hold(second);
        Assert.Null(_ledger.Next(Guid.NewGuid()));
        Advance(60);
        Assert.Null(_ledger.Next(Guid.NewGuid()));
    }

    [Fact]
    public void Next_WhenTheSlowWorkerIsNearlyDone_LetsItFinish()
    {
        Advance(11);
        _ledger.Renew(_slow, new WorkProgress(3.5));
        Assert.Null(_ledger.Next(Fast.Id));
        Advance(60);
        _ledger.Renew(_slow, new WorkProgress(3.5));
        Assert.Equal((WorkKind.Draw, 1), _ledger.Next(Fast.Id));
    }

    [Fact]
    public void Next_WhenNothingIsKnownOfDurations_OffersNothingTwice()
    {
        var ledger = new ShardLedger(Plan with { Rows = 4 }, _time);
        ledger.Hold(Lease(0, Slow));
        Advance(1000);
        Assert.Null(ledger.Next(Fast.Id));
    }

    [Fact]
    public void Drawing_OfTwoAttemptsAtOneShard_CountsTheOneThatIsFurther()
    {
        var second = Lease(1, Fast);
        _ledger.Hold(second);
        _ledger.Renew(_slow, new WorkProgress(1));
        _ledger.Renew(second, new WorkProgress(3));
        Assert.Equal(3, _ledger.Drawing);
        _ledger.Release(second.Id);
        Assert.Equal(1, _ledger.Drawing);
    }

    [Fact]
    public void Next_AfterEitherHolderHasCommitted_OffersTheShardNoMore()
    {
        Advance(30);
        Assert.NotNull(_ledger.Next(Fast.Id));
        _ledger.Commit(1, _slow.Id);
        Assert.Null(_ledger.Next(Fast.Id));
    }

    private void Advance(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private static WorkLease Lease(int shard, WorkerInfo worker) => new()
    {
        Id = Guid.NewGuid(),
        JobId = "job",
        Incarnation = Guid.Empty,
        Kind = WorkKind.Draw,
        Shard = shard,
        Duration = TimeSpan.FromHours(1),
        Samples = 4,
        Worker = worker,
    };
}

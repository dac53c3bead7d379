using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Grains.Leasing;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Leasing;

public sealed class ShardLedgerTests
{
    private static readonly JobPlan Plan = new() { Rows = 10, ImagesPerPrompt = 1, ShardSize = 4, BatchSize = 2, ChunkRows = 1000 };
    private static readonly Guid Worker = Guid.NewGuid();
    private readonly FakeTimeProvider _time = new();
    private readonly ShardLedger _ledger;

    public ShardLedgerTests() => _ledger = new ShardLedger(Plan, _time);

    [Fact]
    public void Next_OfANewJob_IsTheFirstShard() => Assert.Equal((WorkKind.Draw, 0), _ledger.Next(Worker));

    [Fact]
    public void Next_SkipsShardsThatAreHeld()
    {
        _ledger.Hold(Lease(0));
        _ledger.Hold(Lease(1));
        Assert.Equal((WorkKind.Draw, 2), _ledger.Next(Worker));
        _ledger.Hold(Lease(2));
        Assert.Null(_ledger.Next(Worker));
    }

    [Fact]
    public void Next_AfterALeaseRanOut_OffersTheShardAgain()
    {
        _ledger.Hold(Lease(0));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Empty(_ledger.EndLost(null));
        Assert.Equal((WorkKind.Draw, 1), _ledger.Next(Worker));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([0], _ledger.EndLost(null).Select(held => held.Lease.Shard));
        Assert.Equal((WorkKind.Draw, 1), _ledger.Next(Worker));
        _ledger.Counted(0);
        Assert.Equal((WorkKind.Draw, 0), _ledger.Next(Worker));
        Assert.Equal(0, _ledger.Leased);
    }

    [Fact]
    public void Hold_Repeated_RenewsTheLease()
    {
        var lease = Lease(0);
        _ledger.Hold(lease);
        _time.Advance(TimeSpan.FromSeconds(20));
        _ledger.Renew(lease, new WorkProgress(2.5));
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Empty(_ledger.EndLost(null));
        Assert.Equal((WorkKind.Draw, 1), _ledger.Next(Worker));
        Assert.Equal(2.5, _ledger.Drawing);
    }

    [Fact]
    public void Commit_OfAHeldShard_LeavesThePromotionToItsHolder()
    {
        _ledger.Hold(Lease(0));
        _ledger.Commit(0);
        Assert.Equal((WorkKind.Draw, 1), _ledger.Next(Worker));
        Assert.Equal((1, 4L, 0), (_ledger.Committed, _ledger.CommittedSamples, _ledger.Promoted));
    }

    [Fact]
    public void Commit_WhoseHolderDies_IsOfferedForPromotionFirst()
    {
        _ledger.Hold(Lease(0));
        _ledger.Commit(0);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Single(_ledger.EndLost(null));
        // Offered to nobody until the loss is counted.
        Assert.Equal((WorkKind.Draw, 1), _ledger.Next(Worker));
        _ledger.Counted(0);
        Assert.Equal((WorkKind.Promote, 0), _ledger.Next(Worker));
    }

    [Fact]
    public void Commit_Twice_CountsOnce()
    {
        _ledger.Commit(2);
        _ledger.Commit(2);
        Assert.Equal((1, 2L), (_ledger.Committed, _ledger.CommittedSamples));
    }

    [Fact]
    public void Release_OfOneOfTwoHolders_KeepsTheShardHeld()
    {
        var (first, second) = (Lease(0), Lease(0));
        _ledger.Hold(first);
        _ledger.Hold(second);
        _ledger.Release(first.Id);
        Assert.Equal((WorkKind.Draw, 1), _ledger.Next(Worker));
        _ledger.Release(second.Id);
        Assert.Equal((WorkKind.Draw, 0), _ledger.Next(Worker));
    }

    [Fact]
    public void AllPromoted_OnlyWhenEveryShardIs()
    {
        for (var shard = 0; shard < Plan.Shards; shard++)
        {
            Assert.False(_ledger.AllPromoted);
            _ledger.Promote(shard);
            _ledger.Promote(shard);
        }
        Assert.True(_ledger.AllPromoted);
        Assert.Equal((10L, 3), (_ledger.CommittedSamples, _ledger.Committed));
        Assert.Null(_ledger.Next(Worker));
    }

    private static WorkLease Lease(int shard) => new()
    {
        Id = Guid.NewGuid(),
        JobId = "job",
        Incarnation = Guid.Empty,
        Kind = WorkKind.Draw,
        Shard = shard,
        Duration = TimeSpan.FromSeconds(30),
    };
}

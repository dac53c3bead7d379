using System.Diagnostics;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Grains.Leasing;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Leasing;

public sealed class LargeLedgerTests(ITestOutputHelper output)
{
    private const int Shards = 100_000;
    private static readonly WorkerInfo Worker = new(Guid.NewGuid(), "w", "cpu");
    private static readonly JobPlan Plan = new() { Rows = Shards, ImagesPerPrompt = 1, ShardSize = 1, BatchSize = 1, ChunkRows = 1000 };

    [Fact]
    public void ALedgerOf100000Shards_TakesLessThan128KiB()
    {
        var time = new FakeTimeProvider();
        _ = new ShardLedger(Plan, time);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var ledger = new ShardLedger(Plan, time);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{bytes} bytes");
        Assert.InRange(bytes, 1, 128 << 10);
        Assert.Equal(Shards, ledger.Wanted);
    }

    [Fact]
    public void AWholeJobWith4000LeasesAtOnce_LooksAtAFewOfThemInEachCall()
    {
        var time = new CountingTime();
        var ledger = new ShardLedger(Plan, time);
        var held = new Queue<WorkLease>();
        var clock = Stopwatch.StartNew();
        var (calls, heartbeats) = (0L, 0);
        while (!ledger.AllPromoted)
        {
            calls++;
            if (ledger.EndLost(null).Count > 0) Assert.Fail("a lease that is renewed in time has ended");
            if (held.Count < 4000 && ledger.Next(Worker.Id) is { } next)
            {
                var lease = Lease(next.Shard);
                ledger.Hold(lease);
                held.Enqueue(lease);
                continue;
            }
            time.Now += TimeSpan.TicksPerMillisecond * 5;
            var first = held.Dequeue();
            if (heartbeats++ % 4 != 0)
            {
                ledger.Renew(first, new WorkProgress(0.5));
                held.Enqueue(first);
                continue;
            }
            ledger.Commit(first.Shard, first.Id);
            ledger.Promote(first.Shard);
            ledger.Release(first.Id);
        }
        output.WriteLine($"{clock.Elapsed.TotalMilliseconds:0} ms for {calls} calls; {(double)time.Reads / calls:0.0} looks at the clock in each");
        Assert.Equal((0, 0.0, 0), (ledger.Leased, ledger.Drawing, ledger.Workers));
        // Each lease that is looked at costs a look at the clock.
        Assert.InRange(time.Reads, 1, 20 * calls);
    }

    private static WorkLease Lease(int shard) => new()
    {
        Id = Guid.NewGuid(),
        JobId = "job",
        Incarnation = Guid.Empty,
        Kind = WorkKind.Draw,
        Shard = shard,
        Duration = TimeSpan.FromSeconds(30),
        Samples = 1,
        Worker = Worker,
    };

    private sealed class CountingTime : TimeProvider
    {
        public long Reads { get; private set; }

        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            Reads++;
            return Now;
        }
    }
}

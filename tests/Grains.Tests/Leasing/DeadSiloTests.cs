using System.Diagnostics;
using Atelier.Abstractions.Workers;
using Orleans.Runtime.Placement;

namespace Atelier.Grains.Tests.Leasing;

public sealed class DeadSiloTests(ITestOutputHelper output)
{
    [Fact]
    public async Task AWorkersLeases_EndWhenItsSiloIsDeclaredDead_LongBeforeTheyExpire()
    {
        await using var cluster = new JobCluster { Silos = 2 };
        await cluster.InitializeAsync();
        var (survivor, victim) = (cluster.Cluster.Silos[0], cluster.Cluster.Silos[1]);
        RequestContext.Set(IPlacementDirector.PlacementHintKey, survivor.SiloAddress);
        var job = await cluster.StartAsync("job", 4);
        RequestContext.Clear();
        var doomed = new WorkerInfo(Guid.NewGuid(), "doomed", "cpu") { Silo = victim.SiloAddress.ToParsableString() };
        var alive = new WorkerInfo(Guid.NewGuid(), "alive", "cpu") { Silo = survivor.SiloAddress.ToParsableString() };
        var lost = (await job.Lease(doomed))!;
        var kept = (await job.Lease(alive))!;
        Assert.Equal((0, 1), (lost.Shard, kept.Shard));
        Assert.Null(await job.Lease(alive));

        var clock = Stopwatch.StartNew();
        await cluster.Cluster.KillSiloAsync(victim, TestContext.Current.CancellationToken);
        WorkLease? again = null;
        while (again is null)
        {
            try
            {
                again = await job.Lease(alive);
            }
            catch (Exception busy) when (busy is OrleansException or TimeoutException)
            {
                // The client finds out which silo is left.
            }
            await Task.Yield();
        }
        output.WriteLine($"leased again {clock.Elapsed.TotalSeconds:0.00} s after the kill");

        Assert.Equal(0, again.Shard);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, lost.Duration / 2);
        var progress = await job.GetProgress();
        Assert.Equal(("the process of worker doomed died", 1, 2), (progress.Message, progress.Workers, progress.ShardsLeased));
        Assert.False(await JobCluster.BeatAsync(job, lost, new WorkProgress(1)));
        Assert.True(await JobCluster.BeatAsync(job, kept, new WorkProgress(1)));
    }
}

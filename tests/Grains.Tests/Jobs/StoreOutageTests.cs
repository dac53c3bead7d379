using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Tests.Jobs;

public sealed class StoreOutageTests(JobCluster cluster) : IClassFixture<JobCluster>, IDisposable
{
    private const string Trouble = "the store cannot be used at present: the network is down";
    private readonly string _id = $"job-{Guid.NewGuid():N}";

    public void Dispose() => cluster.Store.Restore();

    [Fact]
    public async Task Commit_WhileTheStoreIsAway_Throws_AndTheSameCommitWinsWhenItIsBack()
    {
        var job = await cluster.StartAsync(_id, 2);
        var lease = (await job.Lease(JobCluster.Worker))!;
        Lose();
        var failure = await Assert.ThrowsAsync<IOException>(() => job.Commit(lease, JobCluster.Stats(lease)));
        Assert.Equal(Trouble, failure.Message);
        Assert.Equal((JobStatus.Running, Trouble), ((await job.GetProgress()).Status, (await job.GetProgress()).Message));
        Assert.True(await JobCluster.BeatAsync(job, lease, new WorkProgress(1)));

        cluster.Store.Restore();
        Assert.Equal(CommitOutcome.Won, await job.Commit(lease, JobCluster.Stats(lease)));
        await job.Complete(lease);
        Assert.Null((await job.GetProgress()).Message);
        await JobCluster.FinishAsync(job);
    }

    [Fact]
    public async Task AGrainThatIsMadeWhileTheStoreIsAway_SaysSo_AndRecoversByItself()
    {
        var job = await cluster.StartAsync(_id, 2);
        var lease = (await job.Lease(JobCluster.Worker))!;
        Lose();
        await JobCluster.DeactivateAsync(job);
        JobProgress progress;
        while ((progress = await job.GetProgress()).Message is null) await Task.Yield();
        Assert.Equal((JobStatus.Recovering, Trouble), (progress.Status, progress.Message));
        Assert.True(await JobCluster.BeatAsync(job, lease, new WorkProgress(1)));
        await Assert.ThrowsAsync<IOException>(() => job.Commit(lease, JobCluster.Stats(lease)));

        cluster.Store.Restore();
        while ((progress = await job.GetProgress()).Status == JobStatus.Recovering) await Task.Yield();
        Assert.Equal((JobStatus.Running, null), (progress.Status, progress.Message));
        Assert.Equal(CommitOutcome.Won, await job.Commit(lease, JobCluster.Stats(lease)));
    }

    [Fact]
    public async Task Lease_JustAfterTheStoreFailed_SparesIt()
    {
        var job = await cluster.StartAsync(_id, 4);
        var lease = (await job.Lease(JobCluster.Worker))!;
        Lose();
        await Assert.ThrowsAsync<IOException>(() => job.Commit(lease, JobCluster.Stats(lease)));
        Assert.Null(await job.Lease(JobCluster.Worker));
        cluster.Store.Restore();
        // The job looks after the store by itself.
        Assert.Equal(1, (await JobCluster.LeaseAsync(job)).Shard);
    }

    [Fact]
    public async Task Pause_WhileTheStoreIsAway_Throws_AndDoesNotPause()
    {
        var job = await cluster.StartAsync(_id, 2);
        Lose();
        await Assert.ThrowsAsync<IOException>(() => job.Pause(JobCluster.Ann));
        cluster.Store.Restore();
        Assert.Equal(JobStatus.Running, (await job.GetProgress()).Status);
    }

    private void Lose() => cluster.Store.Lose(path => path.StartsWith(_id, StringComparison.Ordinal));
}

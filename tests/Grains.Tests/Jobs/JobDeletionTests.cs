using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Removal;

namespace Atelier.Grains.Tests.Jobs;

public sealed class JobDeletionTests(JobCluster cluster) : IClassFixture<JobCluster>
{
    private readonly string _id = $"job-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Delete_OfARunningJob_IsRefused_AndOfACancelledOneLeavesNothing()
    {
        var job = await cluster.StartAsync(_id, 4);
        var running = await Assert.ThrowsAsync<InvalidInputException>(() => job.Delete(JobCluster.Ann));
        Assert.Equal($"job '{_id}' is at work; cancel it before it is deleted", running.Message);

        var lease = (await job.Lease(JobCluster.Worker))!;
        await job.Cancel(new DecidedBy("ada@hall"));
        var held = await Assert.ThrowsAsync<InvalidInputException>(() => job.Delete(JobCluster.Ann));
        Assert.Equal($"job '{_id}' still has 1 lease that workers have to give back; delete it in a few seconds", held.Message);

        await job.Return(lease, null);
        await DeleteAsync(job);
        await DeleteAsync(job);
    }

    [Fact]
    public async Task Delete_OfACompletedJob_FreesItsName()
    {
        var job = await cluster.StartAsync(_id, 2);
        await JobCluster.FinishAsync(job);
        await DeleteAsync(job);

        await cluster.StartAsync(_id, 4);
        Assert.Equal((JobStatus.Running, 4L), ((await job.GetProgress()).Status, (await job.GetProgress()).Samples));
    }

    [Fact]
    public async Task AJobThatWasHalfDeleted_IsNotWorkedOn_AndGoesWhenItIsAskedFor()
    {
        var job = await cluster.StartAsync(_id, 4);
        await job.Pause(JobCluster.Ann);
        await JobCluster.DeactivateAsync(job);
        await JobDeletion.BeginAsync(cluster.Store, _id, Cancel);

        Assert.Null(await job.Lease(JobCluster.Worker));
        await Assert.ThrowsAsync<InvalidInputException>(() => job.Start(4));
        await UntilGoneAsync(job);
    }

    [Fact]
    public async Task Delete_OfAJobWhoseRecordIsDamaged_LeavesNothing()
    {
        await cluster.Store.TryCreateAsync(JobPaths.Record(_id), "garbage"u8.ToArray(), Cancel);
        await DeleteAsync(cluster.Job(_id));
    }

    private async Task DeleteAsync(IJobGrain job)
    {
        await job.Delete(JobCluster.Ann);
        await UntilGoneAsync(job);
    }

    private async Task UntilGoneAsync(IJobGrain job)
    {
        while ((await job.GetProgress()).Status != JobStatus.Unknown) await Task.Yield();
        Assert.Empty(await cluster.Store.ListAsync(_id + "/", Cancel).ToListAsync(Cancel));
        Assert.DoesNotContain(await JobIndex.ListAsync(cluster.Store, Cancel), entry => entry.JobId == _id);
    }
}

using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Decisions;

namespace Atelier.Grains.Tests.Jobs;

public sealed class JobFaultTests(JobCluster cluster) : IClassFixture<JobCluster>
{
    private readonly string _id = $"job-{Guid.NewGuid():N}";

    [Fact]
    public async Task AShardThatFailsThreeTimes_IsSetAside_AndTheRestIsDone()
    {
        var job = await cluster.StartAsync(_id, 6);
        await PoisonAsync(job, shard: 1);
        Assert.Equal((JobStatus.Running, 1), ((await job.GetProgress()).Status, (await job.GetProgress()).SetAside));

        await JobCluster.FinishAsync(job);

        var progress = await job.GetProgress();
        Assert.Equal((JobStatus.Failed, 4L, 2), (progress.Status, progress.Finished, progress.ShardsFinished));
        Assert.Equal("shard 1 is set aside after 3 failures: it burns", progress.Message);
    }

    [Fact]
    public async Task RetryFailed_AfterTheGrainLostItsMemory_PutsTheShardBack_OnceHoweverOftenItIsCalled()
    {
        var job = await cluster.StartAsync(_id, 4);
        await PoisonAsync(job, shard: 0);
        await JobCluster.FinishAsync(job);
        await JobCluster.ForgetAsync(job);
        Assert.Equal("shard 0 is set aside after 3 failures: it burns", (await job.GetProgress()).Message);

        await job.RetryFailed(JobCluster.Ann);
        await job.RetryFailed(JobCluster.Ann);
        Assert.Equal(0, await JobDecisionFiles.FindLastAsync(cluster.Store, _id, TestContext.Current.CancellationToken));
        await JobCluster.ForgetAsync(job);
        Assert.Equal((JobStatus.Running, 0), ((await job.GetProgress()).Status, (await job.GetProgress()).SetAside));
        await JobCluster.FinishAsync(job);
        Assert.Equal(JobStatus.Completed, (await job.GetProgress()).Status);
    }

    [Fact]
    public async Task Start_OfAFailedJob_GoesOn()
    {
        var job = await cluster.StartAsync(_id, 2);
        await PoisonAsync(job, shard: 0);
        Assert.Equal(JobStatus.Failed, (await job.GetProgress()).Status);
        await job.Start(2);
        await JobCluster.FinishAsync(job);
        Assert.Equal(JobStatus.Completed, (await job.GetProgress()).Status);
    }

    [Fact]
    public async Task Return_Repeated_CountsOneFault()
    {
        var job = await cluster.StartAsync(_id, 2);
        var lease = (await job.Lease(JobCluster.Worker))!;
        for (var call = 0; call < 5; call++) await job.Return(lease, "the reply was lost");
        var progress = await job.GetProgress();
        Assert.Equal((JobStatus.Running, 0, "the reply was lost"), (progress.Status, progress.SetAside, progress.Message));
    }

    [Fact]
    public async Task Return_WhileTheStoreCannotBeWritten_IsNoFaultOfTheShard()
    {
        var job = await cluster.StartAsync(_id, 2);
        for (var fault = 0; fault < 2 * JobLimits.MaxFaults; fault++)
        {
            var lease = await JobCluster.LeaseAsync(job);
            cluster.Store.Lose(path => path.StartsWith(_id, StringComparison.Ordinal));
            await job.Return(lease, "cannot write");
            cluster.Store.Restore();
            // Any call that reaches the store ends the pause.
            await job.RetryFailed(JobCluster.Ann);
        }
        Assert.Equal((JobStatus.Running, 0), ((await job.GetProgress()).Status, (await job.GetProgress()).SetAside));
        Assert.DoesNotContain(await AttemptsAsync(), file => file.IsFailure);
    }

    [Fact]
    public async Task Closing_ThatFailsThreeTimes_FailsTheJob_AndRetryFailedClosesIt()
    {
        var job = await cluster.StartAsync(_id, 2);
        var lease = (await job.Lease(JobCluster.Worker))!;
        await job.Commit(lease, JobCluster.Stats(lease));
        await job.Complete(lease);
        for (var fault = 0; fault < JobLimits.MaxFaults; fault++)
        {
            var closing = (await job.Lease(JobCluster.Worker))!;
            Assert.Equal(WorkKind.Close, closing.Kind);
            await job.Return(closing, "no room");
        }
        var progress = await job.GetProgress();
        Assert.Equal((JobStatus.Failed, "the files that close the job could not be made in 3 tries: no room"), (progress.Status, progress.Message));
        await job.RetryFailed(JobCluster.Ann);
        await JobCluster.FinishAsync(job);
        Assert.Equal(JobStatus.Completed, (await job.GetProgress()).Status);
    }

    [Fact]
    public async Task ADamagedModelOnEveryShard_StopsTheJobLongBeforeEachWasTried()
    {
        var job = await cluster.StartAsync(_id, 200);
        var tries = 0;
        while (await job.Lease(JobCluster.Worker) is { } lease)
        {
            await job.Return(lease, "the model is damaged");
            tries++;
        }
        Assert.Equal(30, tries);
        var progress = await job.GetProgress();
        Assert.Equal(
            (JobStatus.Failed, "shards 0, 1, 2, 3, 4 and 5 more are set aside, the first after 3 failures; the last fault: the model is damaged"), (progress.Status, progress.Message));
    }

    [Fact]
    public async Task AShardThatEndsItsProcess_AndTheGrainWithIt_IsSetAsideToo()
    {
        var job = await cluster.StartAsync(_id, 4);
        for (var death = 0; death < JobLimits.MaxLosses; death++)
        {
            // While a loss is counted, others are leased.
            WorkLease lease;
            while ((lease = await JobCluster.LeaseAsync(job)).Shard != 0) await job.Return(lease, null);
            await BeginAsync(lease);
            await JobCluster.ForgetAsync(job);
        }
        await JobCluster.FinishAsync(job);
        var progress = await job.GetProgress();
        Assert.Equal(
            (JobStatus.Failed, 2L, "shard 0 is set aside after 10 losses of its worker: the process of worker test died"), (progress.Status, progress.Finished, progress.Message));
        Assert.DoesNotContain(await AttemptsAsync(), file => file.Kind == AttemptFileKind.Begun);
    }

    [Fact]
    public async Task AWorkerThatLivesOn_WhenTheGrainIsLost_HasNotFailed()
    {
        var job = await cluster.StartAsync(_id, 4);
        for (var loss = 0; loss < 2 * JobLimits.MaxFaults; loss++)
        {
            var lease = await JobCluster.LeaseAsync(job);
            await BeginAsync(lease);
            await JobCluster.ForgetAsync(job);
            Assert.True(await JobCluster.BeatAsync(job, lease, new WorkProgress(0)));
            var other = await JobCluster.LeaseAsync(job);
            Assert.NotEqual(lease.Shard, other.Shard);
            await job.Return(lease, null);
            await job.Return(other, null);
            await AttemptFiles.EndAsync(cluster.Store, lease, TestContext.Current.CancellationToken);
        }
        Assert.DoesNotContain(await AttemptsAsync(), file => file.IsFailure);
    }

    [Fact]
    public async Task WorkThatWasCommitted_BeforeItsProcessDied_HasNotFailed()
    {
        var job = await cluster.StartAsync(_id, 4);
        var lease = await JobCluster.LeaseAsync(job);
        await BeginAsync(lease);
        await job.Commit(lease, JobCluster.Stats(lease));
        await JobCluster.ForgetAsync(job);
        await JobCluster.FinishAsync(job);
        Assert.Equal(JobStatus.Completed, (await job.GetProgress()).Status);
        Assert.DoesNotContain(await AttemptsAsync(), file => file.IsFailure);
    }

    [Fact]
    public async Task Refuse_KeepsTheWorkerOut_AndIsNoFault()
    {
        var job = await cluster.StartAsync(_id, 2);
        var unfit = new WorkerInfo(Guid.NewGuid(), "unfit", "cpu");
        for (var call = 0; call < 5; call++)
        {
            await job.Refuse((await job.Lease(call == 0 ? unfit : JobCluster.Worker))!, unfit, "no model 'shapes' here");
            Assert.Null(await job.Lease(unfit));
        }
        var progress = await job.GetProgress();
        Assert.Equal(
            (JobStatus.Running, "worker unfit (cpu) cannot work on the job: no model 'shapes' here; it is kept out", 0),
            (progress.Status, progress.Message, progress.SetAside));
        Assert.Equal(0, (await job.Lease(JobCluster.Worker))!.Shard);
    }

    private Task BeginAsync(WorkLease lease) =>
        AttemptFiles.BeginAsync(cluster.Store, lease, new AttemptNote { Worker = JobCluster.Worker.Name }, TestContext.Current.CancellationToken);

    private Task<IReadOnlyList<AttemptFile>> AttemptsAsync() => AttemptFiles.ListAsync(cluster.Store, _id, TestContext.Current.CancellationToken);

    // Three workers take the shard and fail; what they were given before, others hold.
    private static async Task PoisonAsync(IJobGrain job, int shard)
    {
        var others = new List<WorkLease>();
        for (var fault = 0; fault < JobLimits.MaxFaults;)
        {
            var lease = await JobCluster.LeaseAsync(job);
            if (lease.Shard != shard)
            {
                others.Add(lease);
                continue;
            }
            await job.Return(lease, "it burns");
            fault++;
        }
        foreach (var lease in others) await job.Return(lease, null);
    }
}

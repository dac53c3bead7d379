using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;

namespace Atelier.Grains.Tests.Jobs;

/// <summary>Jobs whose spec leaves the batch size open.</summary>
public sealed class AutoBatchTests(JobCluster cluster) : IClassFixture<JobCluster>
{
    private static readonly JobSpec Auto = JobCluster.Spec with { BatchSize = SizeChoice.ByDevice };
    private static readonly WorkerInfo Other = new(Guid.NewGuid(), "other", "cpu");

    private readonly string _id = $"job-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lease_UntilTheBatchSizeIsResolved_IsGivenToOneWorkerAtATime()
    {
        var job = await cluster.StartAsync(_id, 6, Auto);
        var first = (await job.Lease(JobCluster.Worker))!;
        Assert.Null(await job.Lease(Other));
        var waiting = await job.GetProgress();
        Assert.Equal((null, "a worker measures which batch size suits its device"), (waiting.BatchSize, waiting.Message));

        // Who gives up leaves it to the next.
        await job.Return(first, null);
        var second = (await job.Lease(Other))!;
        Assert.Null(await job.Lease(JobCluster.Worker));

        Assert.Equal(2, await job.ResolveBatch(2));
        Assert.NotNull(await job.Lease(JobCluster.Worker));
        var running = await job.GetProgress();
        Assert.Equal((2, null, 2), (running.BatchSize, running.Message, running.ShardsLeased));
        Assert.True(await JobCluster.BeatAsync(job, second, new WorkProgress(0)));
    }

    [Fact]
    public async Task Acquire_UntilTheBatchSizeIsResolved_LeavesOtherWorkersToOtherJobs()
    {
        // Without the jobs of other tests.
        await using var alone = new JobCluster();
        await alone.InitializeAsync();
        var job = await alone.StartAsync(_id, 6, Auto);
        var first = await AcquireAsync(JobCluster.Worker);

        Assert.Null(await alone.Dispatcher.Acquire(Other, TestContext.Current.CancellationToken));
        await job.ResolveBatch(1);

        Assert.Equal((0, 1), (first.Shard, (await AcquireAsync(Other)).Shard));

        async Task<WorkLease> AcquireAsync(WorkerInfo worker)
        {
            WorkLease? lease;
            while ((lease = await alone.Dispatcher.Acquire(worker, TestContext.Current.CancellationToken)) is null) await Task.Yield();
            return lease;
        }
    }

    [Fact]
    public async Task ResolveBatch_ByTwoWorkersAtOnce_IsOneNumberForGood()
    {
        var job = await cluster.StartAsync(_id, 6, Auto);

        var resolved = await Task.WhenAll(job.ResolveBatch(1), job.ResolveBatch(2));

        Assert.Equal(resolved[0], resolved[1]);
        await JobCluster.ForgetAsync(job);
        Assert.Equal(resolved[0], (await job.GetProgress()).BatchSize);
        Assert.Equal(resolved[0], await job.ResolveBatch(3 - resolved[0]));
        Assert.Equal(resolved[0], (await JobFiles.ReadPlanAsync(cluster.Store, _id, Cancel))!.BatchSize);
    }

    [Fact]
    public async Task ResolveBatch_WhenAnotherActivationWasFirst_IsItsNumber()
    {
        var job = await cluster.StartAsync(_id, 6, Auto);
        await JobFiles.TryCreateBatchAsync(cluster.Store, _id, 2, Cancel);

        Assert.Equal(2, await job.ResolveBatch(1));
    }

    [Fact]
    public async Task ResolveBatch_OfAJobWithANumber_ChangesNothing()
    {
        var job = await cluster.StartAsync(_id, 6);

        Assert.Equal(2, await job.ResolveBatch(1));

        Assert.Null(await cluster.Store.ReadAsync(JobPaths.Batch(_id), Cancel));
    }

    [Fact]
    public async Task ResolveBatch_OfANumberThatIsNotAllowedOrTooEarly_IsRefused()
    {
        await cluster.Job(_id).Create(Auto);
        Assert.Equal($"job '{_id}' is not started", (await RefusedAsync(2)).Message);
        Assert.Equal("batch is '0'; allowed: 1 to 4096", (await RefusedAsync(0)).Message);

        Task<InvalidInputException> RefusedAsync(int batch) => Assert.ThrowsAsync<InvalidInputException>(() => cluster.Job(_id).ResolveBatch(batch));
    }

    [Fact]
    public async Task Create_AutoAndThenANumber_SaysWhatDiffers()
    {
        await cluster.Job(_id).Create(Auto);
        await cluster.Job(_id).Create(Auto);
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => cluster.Job(_id).Create(Auto with { BatchSize = 2 }));
        Assert.Equal($"job '{_id}' exists with other settings: batch is auto there, 2 here", refused.Message);
    }
}

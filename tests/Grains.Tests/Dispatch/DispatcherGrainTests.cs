using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Tests.Dispatch;

public sealed class DispatcherGrainTests
{
    private static readonly WorkerInfo Worker = JobCluster.Worker;

    [Fact]
    public async Task AfterEverythingWasStopped_UnfinishedJobsAreFoundAgain_AndFinishedOnesAreNotTouched()
    {
        var store = new FaultyStore();
        await using (var before = await StartAsync(store))
        {
            await before.StartAsync("running", 4);
            await (await before.StartAsync("cancelled", 4)).Cancel(new DecidedBy("ada@hall"));
            await JobCluster.FinishAsync(await before.StartAsync("completed", 2));
            await (await before.StartAsync("paused", 2)).Pause(JobCluster.Ann);
        }
        var read = store.Read.Count;

        await using var after = await StartAsync(store);
        var lease = await AcquireAsync(after);

        Assert.Equal("running", lease.JobId);
        Assert.DoesNotContain(store.Read.Skip(read), path => path.StartsWith("cancelled", StringComparison.Ordinal) || path.StartsWith("completed", StringComparison.Ordinal));
        Assert.Contains(store.Read.Skip(read), path => path.StartsWith("paused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhereJobsAreNotResumed_NothingIsRead()
    {
        var store = new FaultyStore();
        await using (var before = await StartAsync(store)) await before.StartAsync("running", 4);
        var read = store.Read.Count;
        await using var after = await StartAsync(store, resumes: false);
        Assert.Null(await after.Dispatcher.Acquire(Worker, TestContext.Current.CancellationToken));
        Assert.Equal(read, store.Read.Count);
    }

    [Fact]
    public async Task Acquire_GivesHigherClassesFirst_AndFollowsAChangeOfPriority()
    {
        await using var cluster = await StartAsync(new FaultyStore());
        var low = await cluster.StartAsync("low", 40);
        var normal = await cluster.StartAsync("normal", 40);
        await low.SetPriority(JobPriority.Low, 1, JobCluster.Ann);
        // A new priority reaches the dispatcher a moment later.
        while ((await AcquireAsync(cluster)).JobId != "normal") await Task.Yield();
        Assert.Equal("normal", (await AcquireAsync(cluster)).JobId);
        await low.SetPriority(JobPriority.High, 1, JobCluster.Ann);
        while ((await AcquireAsync(cluster)).JobId != "low") await Task.Yield();
        Assert.Equal("low", (await AcquireAsync(cluster)).JobId);
        Assert.Equal(JobStatus.Running, (await normal.GetProgress()).Status);
    }

    [Fact]
    public async Task Acquire_OfAWorkerWithALoadedModel_KeepsToItsJobs()
    {
        await using var cluster = await StartAsync(new FaultyStore());
        await cluster.StartAsync("a", 40, JobCluster.Spec);
        await cluster.StartAsync("b", 40, JobCluster.Spec with { ModelDigest = new string('b', 64) });
        var worker = Worker with { ModelDigest = new string('b', 64) };
        for (var lease = 0; lease < 4; lease++) Assert.Equal("b", (await AcquireAsync(cluster, worker)).JobId);
    }

    [Fact]
    public async Task Acquire_WhileThereIsNoWork_WaitsForAJobToStart_AndACancelledCallLeasesNothing()
    {
        await using var cluster = new JobCluster { Wait = TimeSpan.FromSeconds(10) };
        await cluster.InitializeAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var leaving = cluster.Dispatcher.Acquire(Worker, stop.Token);
        var waiting = cluster.Dispatcher.Acquire(Worker with { Id = Guid.NewGuid() }, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);

        var job = await cluster.StartAsync("job", 2);

        Assert.Equal(("job", 0), ((await waiting)!.JobId, (await waiting)!.Shard));
        Assert.Equal(1, (await job.GetProgress()).Workers);
    }

    private static async Task<WorkLease> AcquireAsync(JobCluster cluster, WorkerInfo? worker = null)
    {
        WorkLease? lease;
        while ((lease = await cluster.Dispatcher.Acquire(worker ?? Worker, TestContext.Current.CancellationToken)) is null) await Task.Yield();
        return lease;
    }

    private static async Task<JobCluster> StartAsync(FaultyStore store, bool resumes = true)
    {
        var cluster = new JobCluster { Store = store, ResumeJobs = resumes };
        await cluster.InitializeAsync();
        return cluster;
    }
}

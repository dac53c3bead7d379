using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Decisions;
using Atelier.Grains.Jobs;

namespace Atelier.Grains.Tests.Jobs;

public sealed class JobLifecycleTests(JobCluster cluster) : IClassFixture<JobCluster>
{
    private readonly string _id = $"job-{Guid.NewGuid():N}";

    [Fact]
    public async Task Pause_StopsWorkersAtTheirNextHeartbeat_AndResumeGoesOn()
    {
        var job = await cluster.StartAsync(_id, 4);
        var lease = (await job.Lease(JobCluster.Worker))!;
        await job.Pause(JobCluster.Ann);
        await job.Pause(JobCluster.Ann);

        Assert.Equal(JobStatus.Paused, (await job.GetProgress()).Status);
        Assert.False(await JobCluster.BeatAsync(job, lease, new WorkProgress(1)));
        Assert.Null(await job.Lease(JobCluster.Worker));
        await job.Return(lease, null);

        await job.Resume(JobCluster.Ann);
        await job.Resume(JobCluster.Ann);
        Assert.Equal(JobStatus.Running, (await job.GetProgress()).Status);
        Assert.Equal(0, (await job.Lease(JobCluster.Worker))!.Shard);
    }

    [Fact]
    public async Task Pause_OutlivesTheActivation()
    {
        var job = await cluster.StartAsync(_id, 4);
        await job.Pause(JobCluster.Ann);
        await JobCluster.ForgetAsync(job);
        Assert.Equal(JobStatus.Paused, (await job.GetProgress()).Status);
        await job.Start(4);
        Assert.Equal(JobStatus.Paused, (await job.GetProgress()).Status);
        await job.Resume(JobCluster.Ann);
        Assert.Equal(0, (await JobCluster.LeaseAsync(job)).Shard);
    }

    [Fact]
    public async Task Commit_OfAPausedJob_IsKept()
    {
        var job = await cluster.StartAsync(_id, 4);
        var lease = (await job.Lease(JobCluster.Worker))!;
        await job.Pause(JobCluster.Ann);
        Assert.Equal(CommitOutcome.Won, await job.Commit(lease, JobCluster.Stats(lease)));
        Assert.Equal((JobStatus.Paused, 2L), ((await job.GetProgress()).Status, (await job.GetProgress()).Finished));
    }

    [Fact]
    public async Task Cancel_IsFinal_AndKeepsWhatIsCommitted()
    {
        var job = await cluster.StartAsync(_id, 4);
        var (first, second) = ((await job.Lease(JobCluster.Worker))!, (await job.Lease(JobCluster.Worker))!);
        Assert.Equal(CommitOutcome.Won, await job.Commit(first, JobCluster.Stats(first)));
        await job.Cancel(new DecidedBy("ada@hall", "wrong list"));
        await job.Cancel(new DecidedBy("bob@hall"));

        Assert.False(await JobCluster.BeatAsync(job, second, new WorkProgress(1)));
        Assert.Equal(CommitOutcome.Refused, await job.Commit(second, JobCluster.Stats(second)));
        // What was committed before is so for good, and its worker goes on to promote it.
        Assert.Equal(CommitOutcome.Won, await job.Commit(first, JobCluster.Stats(first)));
        await JobCluster.ForgetAsync(job);
        var progress = await job.GetProgress();
        Assert.Equal((JobStatus.Cancelled, true, 2L, "cancelled by ada@hall: wrong list"), (progress.Status, progress.IsFinal, progress.Finished, progress.Message));
        Assert.Null(await job.Lease(JobCluster.Worker));
        foreach (var change in new Func<Task>[] { () => job.Resume(JobCluster.Ann), () => job.Pause(JobCluster.Ann), () => job.SetPriority(JobPriority.High, 2, JobCluster.Ann), () => job.Start(4) })
        {
            var refused = await Assert.ThrowsAsync<InvalidInputException>(change);
            Assert.Equal($"job '{_id}' is cancelled, which is final; submit it under another name", refused.Message);
        }
    }

    [Fact]
    public async Task Cancel_OfACompletedJob_ChangesNothing()
    {
        var job = await cluster.StartAsync(_id, 2);
        await JobCluster.FinishAsync(job);
        await job.Cancel(new DecidedBy("ada@hall"));
        await job.Pause(JobCluster.Ann);
        Assert.Equal(JobStatus.Completed, (await job.GetProgress()).Status);
        Assert.Equal(-1, await JobDecisionFiles.FindLastAsync(cluster.Store, _id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Pause_OfAJobThatDoesNotExist_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => cluster.Job(_id).Pause(JobCluster.Ann));
        Assert.Equal($"job '{_id}' does not exist", refused.Message);
    }

    [Fact]
    public async Task Create_WithScheduling_KeepsItDurably_AndASecondCreateDoesNotChangeIt()
    {
        var job = cluster.Job(_id);
        await job.Create(JobCluster.Spec, new JobScheduling { Submitter = "ann", Priority = JobPriority.High, Weight = 3 });
        await job.Create(JobCluster.Spec, new JobScheduling { Submitter = "bob" });
        await JobCluster.ForgetAsync(job);
        var progress = await job.GetProgress();
        Assert.Equal(("ann", JobPriority.High, 3), (progress.Submitter, progress.Priority, progress.Weight));
        Assert.NotNull(progress.Created);
    }

    [Fact]
    public async Task SetPriority_IsDurable_AndRefusesAWeightOfNothing()
    {
        var job = await cluster.StartAsync(_id, 2);
        await job.SetPriority(JobPriority.Low, 5, JobCluster.Ann);
        await JobCluster.ForgetAsync(job);
        var progress = await job.GetProgress();
        Assert.Equal((JobPriority.Low, 5), (progress.Priority, progress.Weight));
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => job.SetPriority(JobPriority.Low, 0, JobCluster.Ann));
        Assert.Equal("weight is '0'; allowed: 1 to 1000", refused.Message);
    }

    [Theory]
    [InlineData(".jobs")]
    [InlineData("a/b")]
    public async Task Create_WithANameThatNoJobMayHave_IsRefused(string name) =>
        await Assert.ThrowsAsync<InvalidInputException>(() => cluster.Job(name).Create(JobCluster.Spec));

    [Fact]
    public async Task GetProgress_CountsTheWorkersThatHoldLeases()
    {
        var job = await cluster.StartAsync(_id, 6);
        var other = new WorkerInfo(Guid.NewGuid(), "other", "cpu");
        var lease = (await job.Lease(JobCluster.Worker))!;
        await job.Lease(JobCluster.Worker);
        var last = (await job.Lease(other))!;
        Assert.Equal((2, 3), ((await job.GetProgress()).Workers, (await job.GetProgress()).ShardsLeased));
        await job.Return(lease, null);
        Assert.Equal(2, (await job.GetProgress()).Workers);
        await job.Return(last, null);
        Assert.Equal(1, (await job.GetProgress()).Workers);
    }

    [Fact]
    public async Task List_GivesEveryJobOnceInOrder_WithoutLookingIntoTheirShards()
    {
        var finished = await cluster.StartAsync(_id + "-b", 2);
        await JobCluster.FinishAsync(finished);
        await cluster.StartAsync(_id + "-c", 2);
        await cluster.Job(_id + "-a").Create(JobCluster.Spec);
        cluster.Store.Lose(path => path.Length == 0);

        JobPage page;
        // What a job says of itself is on its way for a moment.
        while ((page = await cluster.Jobs.List(new JobQuery { After = _id, Count = 3, IsFresh = true })).Jobs is not [{ Status: JobStatus.Staging }, _, { Status: JobStatus.Running }]) await Task.Yield();
        Assert.Equal([(_id + "-a", JobStatus.Staging), (_id + "-b", JobStatus.Completed), (_id + "-c", JobStatus.Running)], page.Jobs.Select(job => (job.JobId, job.Status)));
        page = await cluster.Jobs.List(new JobQuery { After = _id + "-b", Count = 1 });
        Assert.Equal(_id + "-c", Assert.Single(page.Jobs).JobId);
        cluster.Store.Restore();
    }

    [Fact]
    public async Task List_OfAStoreWhoseJobsSleep_WakesNone_AndLearnsFromTheirFilesWhereTheyStand()
    {
        var store = new FaultyStore();
        await using (var before = new JobCluster { Store = store })
        {
            await before.InitializeAsync();
            await before.Job("staging").Create(JobCluster.Spec, new JobScheduling { Submitter = "ada" });
            await (await before.StartAsync("paused", 4)).Pause(JobCluster.Ann);
            await before.StartAsync("running", 4);
        }
        await using var after = new JobCluster { Store = store };
        await after.InitializeAsync();

        JobPage page;
        do page = await after.Jobs.List(new JobQuery { IsFresh = true });
        while (page.Jobs.Any(job => job.Created is null));

        Assert.Equal(
            [("paused", JobStatus.Paused, 4, ""), ("running", JobStatus.Recovering, 4, ""), ("staging", JobStatus.Staging, 0, "ada")],
            page.Jobs.Select(job => (job.JobId, job.Status, (int)job.Samples, job.Submitter)));
        var grains = await after.Grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(grains, grain => grain.GrainType.Contains(nameof(JobGrain), StringComparison.Ordinal));
    }
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;

namespace Atelier.Grains.Tests.Jobs;

public sealed class JobGrainTests(JobCluster cluster) : IClassFixture<JobCluster>
{
    private readonly string _id = $"job-{Guid.NewGuid():N}";

    [Fact]
    public async Task GetProgress_OfAJobThatDoesNotExist_IsUnknown() =>
        Assert.Equal(JobStatus.Unknown, (await cluster.Job(_id).GetProgress()).Status);

    [Fact]
    public async Task Create_Twice_KeepsTheFirstIncarnation()
    {
        await cluster.Job(_id).Create(JobCluster.Spec);
        var first = await JobFiles.ReadRecordAsync(cluster.Store, _id, TestContext.Current.CancellationToken);
        await cluster.Job(_id).Create(JobCluster.Spec);
        Assert.Equal(first, await JobFiles.ReadRecordAsync(cluster.Store, _id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Create_WithAnotherSpec_SaysWhatDiffers()
    {
        await cluster.Job(_id).Create(JobCluster.Spec);
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => cluster.Job(_id).Create(JobCluster.Spec with { Steps = 7 }));
        Assert.Equal($"job '{_id}' exists with other settings: steps is 30 there, 7 here", refused.Message);
    }

    [Fact]
    public async Task Start_OfASpecThatLeavesSizesToTheJob_WritesThemIntoThePlan_AndTheyMayBeAskedForByNumber()
    {
        var open = JobCluster.Spec with { BatchSize = SizeChoice.ByJob, ShardSize = SizeChoice.ByJob };
        var job = await cluster.StartAsync(_id, 20, open);

        var plan = (await JobFiles.ReadPlanAsync(cluster.Store, _id, TestContext.Current.CancellationToken))!;
        var progress = await job.GetProgress();
        Assert.Equal((4, 4), (plan.BatchSize, plan.ShardSize));
        Assert.Equal((4, 4, 5), (progress.BatchSize, progress.ShardSize, progress.Shards));
        await job.Create(open);
        await job.Create(open with { BatchSize = 4, ShardSize = 4 });
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => job.Create(open with { BatchSize = 8, ShardSize = 16 }));
        Assert.Equal($"job '{_id}' exists with other settings: batch is 4 there, 8 here; shard size is 4 there, 16 here", refused.Message);
        // Another activation knows it from the store.
        await JobCluster.ForgetAsync(job);
        await job.Create(open with { BatchSize = 4, ShardSize = 4 });
    }

    [Fact]
    public async Task Create_AndStartAgain_WithTheSizesLeftOpen_GoesOnWithThoseThatTheJobWasGiven()
    {
        var given = JobCluster.Spec with { BatchSize = 16, ShardSize = 64 };
        var job = await cluster.StartAsync(_id, 20, given);

        await job.Create(given with { BatchSize = SizeChoice.ByJob, ShardSize = SizeChoice.ByJob });
        await job.Start(20);

        var plan = (await JobFiles.ReadPlanAsync(cluster.Store, _id, TestContext.Current.CancellationToken))!;
        Assert.Equal((16, 64), (plan.BatchSize, plan.ShardSize));
    }

    [Fact]
    public async Task Append_BeforeCreate_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => cluster.Job(_id).Append(0, JobCluster.Rows(1)));
        Assert.Equal($"job '{_id}' does not exist", refused.Message);
    }

    [Fact]
    public async Task Append_OfTheSameChunkAgain_ChangesNothing_AndOfAnotherOneIsRefused()
    {
        await cluster.Job(_id).Create(JobCluster.Spec);
        for (var call = 0; call < 2; call++) await cluster.Job(_id).Append(1, JobCluster.Rows(2, first: 1000));
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => cluster.Job(_id).Append(1, [.. JobCluster.Rows(2, first: 1000).Select(row => row with { Prompt = "x" })]));
        Assert.Equal($"job '{_id}' exists with other rows: row 1001 is \"prompt 0\" there, \"x\" here", refused.Message);
    }

    [Fact]
    public async Task AddInput_OnceOrTwice_IsDurableUnderItsDigest()
    {
        var content = "a picture"u8.ToArray();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        var unknown = await Assert.ThrowsAsync<InvalidInputException>(() => cluster.Job(_id).AddInput(sha256, content));
        Assert.Equal($"job '{_id}' does not exist", unknown.Message);

        await cluster.Job(_id).Create(JobCluster.Spec);
        await cluster.Job(_id).AddInput(sha256, content);
        await cluster.Job(_id).AddInput(sha256, content);

        Assert.Equal(content, await cluster.Store.ReadAsync(JobPaths.Input(_id, sha256), TestContext.Current.CancellationToken));
        var other = await Assert.ThrowsAsync<InvalidInputException>(() => cluster.Job(_id).AddInput("../../job.json", content));
        Assert.Equal($"an input has the SHA-256 {sha256}, not '../../job.json'", other.Message);
    }

    [Fact]
    public async Task Append_RowsWithInputs_MustNameThemByDigestAndBeTheSameAgain()
    {
        await cluster.Job(_id).Create(JobCluster.Spec);
        var named = JobCluster.Rows(2).Select(row => row with { InputSha256 = new string('a', 64) }).ToImmutableArray();
        var bad = await Assert.ThrowsAsync<InvalidInputException>(() => cluster.Job(_id).Append(0, [named[0], named[1] with { InputSha256 = "../../job" }]));
        Assert.Equal("row 2 has the input '../../job'; allowed: the SHA-256 of one, 64 hexadecimal digits in lower case", bad.Message);

        await cluster.Job(_id).Append(0, named);
        var refused = await Assert.ThrowsAsync<InvalidInputException>(
            () => cluster.Job(_id).Append(0, [named[0], named[1] with { InputSha256 = new string('b', 64) }]));
        Assert.Equal(
            $"job '{_id}' exists with other rows: row 2 is \"prompt 1\" inpainting aaaaaaaaaaaa there, \"prompt 1\" inpainting bbbbbbbbbbbb here", refused.Message);
    }

    [Fact]
    public async Task Start_WithAnotherNumberOfRows_IsRefused()
    {
        var job = await cluster.StartAsync(_id, 3);
        await job.Start(3);
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => job.Start(4));
        Assert.Equal($"job '{_id}' exists with 3 rows, 4 were given", refused.Message);
    }

    [Fact]
    public async Task Lease_EveryShardOnce_ThenNothing_ThenTheClosing()
    {
        var job = await cluster.StartAsync(_id, 3);
        var (first, second) = (await job.Lease(JobCluster.Worker), await job.Lease(JobCluster.Worker));
        Assert.Equal((WorkKind.Draw, 0), (first!.Kind, first.Shard));
        Assert.Equal((WorkKind.Draw, 1), (second!.Kind, second.Shard));
        Assert.Null(await job.Lease(JobCluster.Worker));

        foreach (var lease in new[] { first, second })
        {
            Assert.Equal(CommitOutcome.Won, await job.Commit(lease, JobCluster.Stats(lease)));
            await job.Complete(lease);
        }
        var closing = await job.Lease(JobCluster.Worker);
        Assert.Equal(WorkKind.Close, closing!.Kind);
        Assert.Null(await job.Lease(JobCluster.Worker));
        await job.Complete(closing);
        Assert.Equal(JobStatus.Completed, (await job.GetProgress()).Status);
    }

    [Fact]
    public async Task Commit_OfTwoAttempts_TheFirstWins_AndARepeatedCallStillSaysSo()
    {
        var job = await cluster.StartAsync(_id, 2);
        var winner = (await job.Lease(JobCluster.Worker))!;
        var loser = winner with { Id = Guid.NewGuid() };

        Assert.Equal(CommitOutcome.Won, await job.Commit(winner, JobCluster.Stats(winner, failed: 1)));
        Assert.Equal(CommitOutcome.Lost, await job.Commit(loser, JobCluster.Stats(loser)));
        Assert.Equal(CommitOutcome.Won, await job.Commit(winner, JobCluster.Stats(winner, failed: 1)));

        Assert.Equal(winner.Id, (await JobFiles.ReadStatsAsync(cluster.Store, _id, 0, TestContext.Current.CancellationToken))!.Attempt);
        var progress = await job.GetProgress();
        Assert.Equal((2L, 1L, 1), (progress.Finished, progress.Failed, progress.ShardsFinished));
    }

    [Fact]
    public async Task Commit_ForAnotherIncarnation_IsRefused()
    {
        var job = await cluster.StartAsync(_id, 2);
        var lease = (await job.Lease(JobCluster.Worker))! with { Incarnation = Guid.NewGuid() };
        Assert.Equal(CommitOutcome.Refused, await job.Commit(lease, JobCluster.Stats(lease)));
        Assert.Null(await JobFiles.ReadStatsAsync(cluster.Store, _id, 0, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Return_WithFaults_StopsTheJobAfterThree()
    {
        var job = await cluster.StartAsync(_id, 2);
        for (var fault = 1; fault <= JobLimits.MaxFaults; fault++)
        {
            Assert.Equal(JobStatus.Running, (await job.GetProgress()).Status);
            await job.Return((await job.Lease(JobCluster.Worker))!, "the disk is full");
        }
        var progress = await job.GetProgress();
        Assert.Equal(
            (JobStatus.Failed, "shard 0 is set aside after 3 failures: the disk is full", 1), (progress.Status, progress.Message, progress.SetAside));
        Assert.Null(await job.Lease(JobCluster.Worker));
    }

    [Fact]
    public async Task Return_WithoutAFault_OffersTheShardAgain_AsOftenAsNeeded()
    {
        var job = await cluster.StartAsync(_id, 2);
        for (var drained = 0; drained < 5; drained++)
        {
            var lease = await job.Lease(JobCluster.Worker);
            Assert.Equal(0, lease!.Shard);
            await job.Return(lease, null);
        }
    }

    [Fact]
    public async Task Admit_BindsTheJobToTheFirstClass_AndKeepsOthersOut()
    {
        var job = await cluster.StartAsync(_id, 2);
        var (ours, theirs) = (new string('1', 64), new string('2', 64));
        var other = new WorkerInfo(Guid.NewGuid(), "other", "cpu");

        Assert.True(await job.Admit(JobCluster.Worker, ours));
        Assert.False(await job.Admit(other, theirs));
        Assert.Null(await job.Lease(other));
        Assert.NotNull(await job.Lease(JobCluster.Worker));
        Assert.Contains("it is kept out", (await job.GetProgress()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Admit_WhenTheSpecAllowsAny_LetsEveryClassIn()
    {
        var job = await cluster.StartAsync(_id, 2, JobCluster.Spec with { Numerics = "any" });
        Assert.True(await job.Admit(JobCluster.Worker, new string('1', 64)));
        Assert.True(await job.Admit(JobCluster.Worker, new string('2', 64)));
    }

    [Fact]
    public async Task Heartbeat_AfterAnotherAttemptCommitted_SaysStop()
    {
        var job = await cluster.StartAsync(_id, 2);
        var lease = (await job.Lease(JobCluster.Worker))!;
        Assert.True(await JobCluster.BeatAsync(job, lease, new WorkProgress(1.5)));
        Assert.Equal(1.5, (await job.GetProgress()).Drawn);
        await job.Commit(lease, JobCluster.Stats(lease));
        Assert.False(await JobCluster.BeatAsync(job, lease, new WorkProgress(1.5)));
    }

    [Fact]
    public async Task AGrainThatLostItsMemory_KnowsWhatIsCommittedAndFinishesPromotions()
    {
        var job = await cluster.StartAsync(_id, 6);
        var (first, second) = ((await job.Lease(JobCluster.Worker))!, (await job.Lease(JobCluster.Worker))!);
        await job.Commit(first, JobCluster.Stats(first, failed: 1));
        await cluster.Store.TryCreateAsync(JobPaths.ShardTar(_id, 0), default, TestContext.Current.CancellationToken);
        await cluster.Store.TryCreateAsync(JobPaths.ShardParquet(_id, 0), default, TestContext.Current.CancellationToken);
        await job.Commit(second, JobCluster.Stats(second));

        await JobCluster.ForgetAsync(job);

        JobProgress progress;
        // Failed samples are counted in the background.
        while ((progress = await job.GetProgress()).Failed == 0) await Task.Yield();
        Assert.Equal((JobStatus.Running, 4L, 1L, 2), (progress.Status, progress.Finished, progress.Failed, progress.ShardsFinished));
        WorkLease? lease;
        while ((lease = await job.Lease(JobCluster.Worker)) is null) await Task.Yield();
        Assert.Equal((WorkKind.Promote, 1), (lease.Kind, lease.Shard));
    }

    [Fact]
    public async Task AGrainThatLostItsMemory_AdoptsTheLeaseOfAWorkerThatGoesOn()
    {
        var job = await cluster.StartAsync(_id, 4);
        var lease = (await job.Lease(JobCluster.Worker))!;
        await JobCluster.ForgetAsync(job);

        Assert.True(await JobCluster.BeatAsync(job, lease, new WorkProgress(1)));
        WorkLease? next;
        while ((next = await job.Lease(JobCluster.Worker)) is null) await Task.Yield();
        Assert.Equal(1, next.Shard);
        Assert.Equal(CommitOutcome.Won, await job.Commit(lease, JobCluster.Stats(lease)));
    }

    [Fact]
    public async Task Watch_EndsWithTheFinalState()
    {
        var job = await cluster.StartAsync(_id, 2);
        var lease = (await job.Lease(JobCluster.Worker))!;
        var seen = new List<JobProgress>();
        await foreach (var progress in job.Watch().WithCancellation(TestContext.Current.CancellationToken))
        {
            seen.Add(progress);
            if (seen.Count > 1) continue;
            await job.Commit(lease, JobCluster.Stats(lease));
            await job.Complete(lease);
            await job.Complete((await job.Lease(JobCluster.Worker))!);
        }
        Assert.Equal(JobStatus.Running, seen[0].Status);
        Assert.Equal(JobStatus.Completed, seen[^1].Status);
    }

    [Fact]
    public async Task Describe_SaysWhatWasAskedAndWhoDecidedLast_AlsoToAnActivationThatHasForgotten()
    {
        var job = await cluster.StartAsync(_id, 4);
        var lease = (await job.Lease(JobCluster.Worker))!;
        var described = await job.Describe();
        Assert.Equal((_id, lease.Incarnation, JobCluster.Spec, 2), (described.JobId, described.Incarnation, described.Spec, described.Plan!.Shards));
        Assert.Equal((null, null, null, null), (described.NumericsClass, described.LastDecision, described.Changed, described.Ended));

        await job.Admit(JobCluster.Worker, new string('c', 64));
        await job.SetPriority(JobPriority.High, 3, new DecidedBy("ann@hall", "the deadline"));
        await job.Cancel(new DecidedBy("bob@hall", "a mistake"));
        for (var time = 0; time < 2; time++)
        {
            described = await job.Describe();
            Assert.Equal((new string('c', 64), new DecidedBy("bob@hall", "a mistake")), (described.NumericsClass, described.LastDecision));
            Assert.Equal((JobPriority.High, 3), (described.Scheduling.Priority, described.Scheduling.Weight));
            Assert.True(described.Created <= described.Changed && described.Ended == described.Changed, $"{described}");
            await JobCluster.ForgetAsync(job);
        }
    }

    [Fact]
    public async Task Describe_OfAJobThatDoesNotExist_IsRefused_AndOfDamagedNumerics_NamesTheFile()
    {
        var refused = await Assert.ThrowsAsync<InvalidInputException>(cluster.Job(_id).Describe);
        Assert.Equal($"job '{_id}' does not exist", refused.Message);
        var job = await cluster.StartAsync(_id, 2);
        await cluster.Store.TryCreateAsync(JobPaths.Numerics(_id), "[1]"u8.ToArray(), TestContext.Current.CancellationToken);
        refused = await Assert.ThrowsAsync<InvalidInputException>(job.Describe);
        Assert.StartsWith($"{_id}/numerics.json is damaged: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispatcher_ServesItsJobsInTurn_AndForgetsCompletedOnes()
    {
        await cluster.StartAsync(_id, 4);
        await cluster.StartAsync(_id + "b", 4);
        var jobs = new List<string>();
        while (jobs.Count < 4)
        {
            if (await cluster.Dispatcher.Acquire(JobCluster.Worker, TestContext.Current.CancellationToken) is { } lease && lease.JobId.StartsWith(_id, StringComparison.Ordinal)) jobs.Add(lease.JobId);
        }
        Assert.Equal(2, jobs.Take(2).Distinct().Count());
        await cluster.Dispatcher.Unregister(_id);
        await cluster.Dispatcher.Unregister(_id + "b");
    }
}

using System.Text.Json;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Staging;
using Atelier.Grains.Events;
using Atelier.Grains.Jobs;
using Atelier.Grains.Leasing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Jobs;

public sealed class JobStateTests
{
    private static readonly JobSpec Spec = JobCluster.Spec;
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, IgnoreReadOnlyProperties = true };
    private readonly FaultyStore _store = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_OfAJobWith20000CommittedShards_ReadsAHandfulOfFiles()
    {
        await CreateAsync(20_000);
        for (var shard = 0; shard < 20_000; shard++) await CommitAsync(shard);
        var before = _store.Read.Count;

        var job = (await ReadAsync())!;

        Assert.Equal((20_000, 0, 20_000), (job.Ledger!.Committed, job.Ledger.Promoted, job.Ledger.Wanted));
        Assert.InRange(_store.Read.Count - before, 1, 5);
        Assert.Equal((WorkKind.Promote, 0), job.Ledger.Next(Guid.NewGuid()));
    }

    [Fact]
    public async Task Counts_AreReadInTheBackground_AndSurviveAnOutage()
    {
        await CreateAsync(50);
        for (var shard = 0; shard < 50; shard++) await CommitAsync(shard);
        var job = (await ReadAsync())!;
        Assert.Equal(0, job.Counts.Failed);
        _store.Lose();
        var counting = Flows.RunAsync(JobRecovery.CountSamples(job, [.. job.Ledger!.CommittedShards]), _store);
        while (_store.Read.Count(path => path.Contains("/shards/", StringComparison.Ordinal)) < 16) await Task.Yield();
        Assert.False(counting.IsCompleted);
        _store.Restore();
        while (!counting.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Yield();
        }
        await counting;
        Assert.Equal((50L, 100L), (job.Counts.Failed, job.Counts.Truncated));
    }

    [Fact]
    public async Task Progress_OfARunningJobThatNobodyAsksFor_SaysSoAfterHalfAMinute()
    {
        await CreateAsync(4);
        var job = (await ReadAsync())!;
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Null(Told(job).Message);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((JobStatus.Running, "no worker has asked for work for 30 s"), (Told(job).Status, Told(job).Message));
        job.Trouble = new Reason(JobCodes.WorkerDied, "the process of worker a died");
        Assert.Equal("no worker has asked for work for 30 s; before that: the process of worker a died", Told(job).Message);
        job.LastAsked = _time.GetTimestamp();
        Assert.Equal("the process of worker a died", Told(job).Message);
    }

    [Fact]
    public async Task Progress_WhenAWorkerDiedAndAnotherIsKeptOut_SaysBoth()
    {
        await CreateAsync(4);
        var job = (await ReadAsync())!;
        job.KeptOut.Add(JobCluster.Worker, new Reason(JobCodes.OtherNumerics, "rounds differently"));
        Assert.Equal("worker test (cpu) rounds differently; it is kept out", Told(job).Message);
        job.Trouble = new Reason(JobCodes.WorkerDied, "the process of worker a died");
        Assert.Equal("the process of worker a died; worker test (cpu) rounds differently; it is kept out", Told(job).Message);
    }

    [Fact]
    public async Task Progress_OfACompletedJob_ComesFromItsSummaryAlone()
    {
        await CreateAsync(4);
        var plan = (await JobFiles.ReadPlanAsync(_store, "job", Cancel))!;
        var summary = new JobSummary
        {
            Samples = 8,
            Images = 7,
            Failed = 1,
            Truncated = 2,
            Errors = new Dictionary<string, long>(),
            Shards = 4,
            Bytes = 0,
            DatasetSha256 = "",
            NumericsClasses = [],
            Spec = Spec,
            Plan = plan,
        };
        await _store.TryCreateAsync(JobPaths.Summary("job"), JsonSerializer.SerializeToUtf8Bytes(summary, Json), Cancel);
        _store.Lose(path => path.StartsWith("job/shards/", StringComparison.Ordinal));

        var progress = Told((await ReadAsync())!);

        Assert.Equal((JobStatus.Completed, 8L, 8.0, 1L, 2L, 4), (progress.Status, progress.Finished, progress.Drawn, progress.Failed, progress.Truncated, progress.ShardsFinished));
    }

    [Fact]
    public async Task LookAfterLeases_AfterThisProcessStoodStill_GivesEveryWorkerItsTimeAgain()
    {
        await CreateAsync(4);
        var job = (await ReadAsync())!;
        job.Ledger!.Hold(Lease(0, JobCluster.Worker));
        _time.Advance(TimeSpan.FromHours(8));
        Assert.Empty(TakeExpired(job));
        for (var look = 0; look < 6; look++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            Assert.Empty(TakeExpired(job));
        }
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Single(TakeExpired(job));
    }

    [Fact]
    public async Task NoteFailure_OfAllWorkersInTurn_NeverKeepsOutTheLast()
    {
        await CreateAsync(4);
        var job = (await ReadAsync())!;
        var (first, last) = (JobCluster.Worker, new WorkerInfo(Guid.NewGuid(), "last", "cpu"));
        job.Ledger!.Hold(Lease(0, first));
        job.Ledger.Hold(Lease(1, last));
        for (var failure = 0; failure < JobLimits.MaxFaults; failure++) job.NoteFailure(Lease(0, first), "it burns");
        for (var failure = 0; failure < JobLimits.MaxFaults; failure++) job.NoteFailure(Lease(1, last), "it burns");
        Assert.Equal((true, false), (job.KeptOut.Has(first.Id), job.KeptOut.Has(last.Id)));
    }

    [Fact]
    public async Task Next_ForAWorkerThatFailedOnAShard_IsAnotherOne_WhileThereAreOtherWorkers()
    {
        await CreateAsync(4);
        var job = (await ReadAsync())!;
        var (sick, healthy) = (JobCluster.Worker, new WorkerInfo(Guid.NewGuid(), "healthy", "cpu"));
        job.NoteFailure(Lease(0, sick), "it burns");
        Assert.Equal((WorkKind.Draw, 0), job.Next(sick.Id));
        job.Ledger!.Hold(Lease(3, healthy));
        Assert.Equal((WorkKind.Draw, 1), job.Next(sick.Id));
        Assert.Equal((WorkKind.Draw, 0), job.Next(healthy.Id));
    }

    [Fact]
    public async Task NoteFailure_OfAWorkerThatFailsWhereOthersGetOn_KeepsItOut_UntilFailedWorkIsRetried()
    {
        await CreateAsync(8);
        var job = (await ReadAsync())!;
        var (sick, healthy) = (JobCluster.Worker, new WorkerInfo(Guid.NewGuid(), "healthy", "cpu"));
        for (var shard = 0; shard < 3; shard++) job.NoteFailure(Lease(shard, sick), "it burns");
        Assert.Equal(0, job.KeptOut.Count);
        job.Ledger!.Hold(Lease(7, healthy));
        job.NoteCommit(Lease(3, sick));
        for (var shard = 0; shard < 2; shard++) job.NoteFailure(Lease(shard, sick), "it burns");
        Assert.Equal(0, job.KeptOut.Count);
        job.NoteFailure(Lease(2, sick), "it burns");
        Assert.True(job.KeptOut.Has(sick.Id));
        Assert.Equal("worker test (cpu) failed 3 times in a row where others get on, the last time: it burns; it is kept out", Told(job).Message);

        await Flows.RunAsync(job.Decisions.Decide(decision => decision with { Round = 1 }), _store);
        job.FollowRound();
        Assert.Equal(0, job.KeptOut.Count);
        Assert.Null(Told(job).Message);
    }

    [Fact]
    public async Task ReadAsync_OfADamagedRecord_NamesTheFile()
    {
        await _store.TryCreateAsync("job/job.json", "{"u8.ToArray(), Cancel);
        var damaged = await Assert.ThrowsAsync<InvalidInputException>(() => ReadAsync());
        Assert.StartsWith("job/job.json is damaged", damaged.Message, StringComparison.Ordinal);
    }

    private async Task<JobState?> ReadAsync()
    {
        var machine = new JobMachine("job", _time, _ => false, Guid.NewGuid, NullLogger.Instance);
        await Flows.RunAsync(machine.Recovery.Read(), _store);
        return machine.Job;
    }

    private JobProgress Told(JobState job) => ProgressReport.Of(job, _time, null);

    private static IReadOnlyList<HeldLease> TakeExpired(JobState job)
    {
        job.LookAfterLeases();
        return job.Ledger!.EndLost(null);
    }

    private async Task CreateAsync(int shards)
    {
        await JobFiles.TryCreateRecordAsync(_store, "job", new JobRecord { Spec = Spec, Incarnation = Guid.Empty, Created = default }, Cancel);
        await JobFiles.TryCreatePlanAsync(
            _store, "job", new JobPlan { Rows = 2L * shards, ImagesPerPrompt = 1, ShardSize = 2, BatchSize = 2, ChunkRows = 1000 }, Cancel);
    }

    private async Task CommitAsync(int shard)
    {
        await JobFiles.TryCreateStatsAsync(_store, "job", JobCluster.Stats(Lease(shard, JobCluster.Worker), failed: 1) with { Truncated = 2 }, Cancel);
    }

    private static WorkLease Lease(int shard, WorkerInfo worker) => new()
    {
        Id = Guid.NewGuid(),
        JobId = "job",
        Incarnation = Guid.Empty,
        Kind = WorkKind.Draw,
        Shard = shard,
        Duration = TimeSpan.FromSeconds(30),
        Worker = worker,
    };
}

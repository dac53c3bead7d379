using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Staging;
using Atelier.Grains.Events;
using Atelier.Grains.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Jobs;

/// <summary>What a job of 16 samples in 4 shards says of itself while two workers draw it.</summary>
public sealed class ProgressTests
{
    private static readonly JobSpec Spec = JobCluster.Spec with { BatchSize = SizeChoice.ByJob, ShardSize = SizeChoice.ByJob };
    private readonly FakeTimeProvider _time = new();
    private readonly WorkerInfo _a = new(Guid.NewGuid(), "a", "cpu"), _b = new(Guid.NewGuid(), "b", "cpu");

    [Fact]
    public void Activity_BeforeAnythingIsDrawn_IsThatOfTheWorkerThatIsFurthest_AndThereIsNoTime()
    {
        var job = Started();
        Assert.Equal("waiting for a worker", Told(job));
        var (first, second) = (Hold(job, 0, _a), Hold(job, 1, _b));
        Assert.Equal("starting", Told(job));
        Beat(job, first, 0, WorkStage.LoadingModel);
        Assert.Equal("loading the model", Told(job));
        Beat(job, second, 0, WorkStage.Probing);
        Assert.Equal("probing the arithmetic", Told(job));
        Beat(job, first, 0, WorkStage.Drawing);
        Assert.Null(Told(job));
        // One step is done, which nobody has measured.
        _time.Advance(TimeSpan.FromSeconds(5));
        Beat(job, first, 0.1, WorkStage.Drawing);
        Assert.Null(Told(job));

        string? Told(JobState running)
        {
            var progress = ProgressReport.Of(running, _time, null);
            Assert.Equal((JobStatus.Running, 0, null, 4, 4, 4), (progress.Status, progress.ImagesPerSecond, progress.Eta, progress.Shards, progress.ShardSize, progress.BatchSize));
            return progress.Stage.Describe();
        }
    }

    [Fact]
    public void Eta_FromTheFirstMeasuredStepOn_IsTheWorkLeftOverTheSumOfThePaces_HoweverLongLoadingTook()
    {
        var job = Started();
        var (first, second) = (Hold(job, 0, _a), Hold(job, 1, _b));
        _time.Advance(TimeSpan.FromMinutes(1));
        Beat(job, first, 0.2, WorkStage.Drawing, pace: 0.5);
        Assert.Equal((0.2, 0.5, TimeSpan.FromSeconds(31.6)), Told(job));
        Beat(job, second, 0.6, WorkStage.Drawing, pace: 0.3);
        Assert.Equal((0.8, 0.8, TimeSpan.FromSeconds(19)), Told(job));
    }

    [Fact]
    public void Eta_OfAWorkerBetweenTwoShards_StaysAndOfOneThatHasNothingLeft_Goes()
    {
        var job = Started();
        var (first, second) = (Hold(job, 0, _a), Hold(job, 1, _b));
        Beat(job, first, 3, WorkStage.Drawing, pace: 0.5);
        Beat(job, second, 2, WorkStage.Drawing, pace: 0.5);
        job.Ledger!.Commit(0, first.Id);
        job.Ledger.Release(first.Id);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal((6, 1, TimeSpan.FromSeconds(10)), Told(job));
        Hold(job, 2, _a);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((6, 1, TimeSpan.FromSeconds(10)), Told(job));
        job.Ledger.Release(second.Id);
        Assert.Equal((4, 0.5, TimeSpan.FromSeconds(24)), Told(job));
    }

    [Fact]
    public void Rate_OfShardsThatAreShorterThanAHeartbeat_IsThatOfTheCommits()
    {
        var job = Started();
        for (var shard = 0; shard < 3; shard++)
        {
            var lease = Hold(job, shard, _a);
            _time.Advance(TimeSpan.FromSeconds(1));
            job.Ledger!.Commit(shard, lease.Id);
            job.NoteCommit(lease);
            job.Ledger.Release(lease.Id);
        }
        Assert.Equal((12, 4, TimeSpan.FromSeconds(1)), Told(job));
    }

    private (double, double, TimeSpan?) Told(JobState job)
    {
        var progress = ProgressReport.Of(job, _time, null);
        return (Math.Round(progress.Drawn, 6), Math.Round(progress.ImagesPerSecond, 6), progress.Eta is { } eta ? TimeSpan.FromMilliseconds(Math.Round(eta.TotalMilliseconds)) : null);
    }

    private JobState Started()
    {
        var job = new JobState("job", new JobRecord { Spec = Spec, Incarnation = Guid.Empty, Created = default }, _time, new JobEvents("e", _time));
        job.Load(JobPlan.Of(Spec, 16), [], [], []);
        return job;
    }

    private static WorkLease Hold(JobState job, int shard, WorkerInfo worker)
    {
        var lease = new WorkLease
        {
            Id = Guid.NewGuid(),
            JobId = "job",
            Incarnation = Guid.Empty,
            Kind = WorkKind.Draw,
            Shard = shard,
            Duration = TimeSpan.FromMinutes(10),
            Samples = 4,
            Worker = worker,
        };
        job.Ledger!.Hold(lease);
        return lease;
    }

    private static void Beat(JobState job, WorkLease lease, double drawn, WorkStage stage, double pace = 0)
    {
        job.Ledger!.Renew(lease, new WorkProgress(drawn) { Stage = stage });
        job.Paces.Note(lease, pace);
    }
}

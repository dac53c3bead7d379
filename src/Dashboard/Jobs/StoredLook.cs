using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.History;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Reading;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Jobs;

/// <summary>The same as <see cref="JobLook"/> where no silo answers: what the small files of the job tell.</summary>
internal sealed class StoredLook(IStore store)
{
    private const int MostDecisions = 200;

    /// <summary>Four bits for each shard of a job.</summary>
    public async Task<ShardMap> ShardsAsync(string job, CancellationToken cancellationToken)
    {
        if (await JobFiles.ReadPlanAsync(store, job, cancellationToken) is not { } plan) return new ShardMap(0, 0, 0, []);
        var (shards, isDone) = (plan.Shards, new bool[plan.Shards]);
        await foreach (var entry in store.ListAsync(JobPaths.Shards(job), cancellationToken))
        {
            if (Path.GetExtension(entry.Path) == ".json" && int.TryParse(Path.GetFileNameWithoutExtension(entry.Path), out var shard) && shard < shards) isDone[shard] = true;
        }
        // Which of them lack images is known once the job is completed.
        var lacking = (await LackingShards.FindAsync(store, job, plan, cancellationToken)).ToHashSet();
        return ShardMap.Of(0, shards, shards, shard => !isDone[shard] ? ShardState.Waiting : lacking.Contains(shard) ? ShardState.DoneWithFailures : ShardState.Done);
    }

    /// <summary>What failed, as far as it is known: of samples, once the job is completed.</summary>
    public async Task<JobErrors> ErrorsAsync(string job, CancellationToken cancellationToken) => new(
        await JobFiles.ReadSummaryAsync(store, job, cancellationToken) is { } summary
            ? [.. summary.Errors.OrderByDescending(one => one.Value).Select(one => new SampleErrors(one.Key, one.Value, null))]
            : [],
        true,
        []);

    /// <summary>A shard, as far as its files tell; null where the job has no such shard, or is not started.</summary>
    public async Task<ShardDescription?> ShardAsync(string job, int shard, CancellationToken cancellationToken)
    {
        if (await JobFiles.ReadPlanAsync(store, job, cancellationToken) is not { } plan || shard < 0 || shard >= plan.Shards) return null;
        var stats = await JobFiles.ReadStatsAsync(store, job, shard, cancellationToken);
        var failures = await AttemptFiles.ReadFailuresAsync(store, job, shard, cancellationToken);
        return new ShardDescription
        {
            Shard = shard,
            State = stats switch
            {
                null => failures.IsEmpty ? ShardState.Waiting : ShardState.WaitingAfterFailure,
                { Failed: > 0 } => ShardState.DoneWithFailures,
                _ => ShardState.Done,
            },
            FirstSample = plan.FirstSample(shard),
            Samples = plan.SamplesIn(shard),
            Stats = stats,
            Failures = failures,
        };
    }

    /// <summary>How fast it was, as far as clusters have kept it: an activation writes an hour when it is over, and the rest when the job ends.</summary>
    public async Task<IReadOnlyList<RatePoint>> RatesAsync(string job, DateTimeOffset since, TimeSpan step, CancellationToken cancellationToken) =>
        RateSpans.Group(await RateFiles.ReadAsync(store, job, since, cancellationToken), since, step);

    /// <summary>What has happened, the oldest first: what people have decided.</summary>
    public async Task<IReadOnlyList<JobEvent>> EventsAsync(string job, CancellationToken cancellationToken)
    {
        var found = new List<JobEvent>();
        if (await JobFiles.ReadRecordAsync(store, job, cancellationToken) is { } record) found.Add(new JobEvent { Id = "created", At = record.Created, Code = JobCodes.Created, Message = "created" });
        var last = await JobDecisionFiles.FindLastAsync(store, job, cancellationToken);
        JobDecision? before = null;
        for (var number = Math.Max(0, last - MostDecisions + 1); number <= last; number++)
        {
            if (await JobDecisionFiles.ReadAsync(store, job, number, cancellationToken) is not { } decision) continue;
            var (code, words) = Words(before, decision);
            found.Add(new JobEvent
            {
                Id = $"decision-{number}",
                At = decision.Changed,
                Code = code,
                Message = $"{words}{(decision.By is { } by ? $" by {by}" : "")}{(decision.Reason is { } why ? $": {why}" : "")}",
                By = decision.By,
            });
            before = decision;
        }
        return found;
    }

    private static (string Code, string Words) Words(JobDecision? before, JobDecision now) => now.Lifecycle switch
    {
        JobLifecycle.Cancelled => (JobCodes.Cancelled, "cancelled for good"),
        JobLifecycle.Paused => (JobCodes.Paused, "paused"),
        _ when now.IsRestoring => (JobCodes.Restoring, "lost files are made again"),
        _ when now.Round > (before?.Round ?? 0) => (JobCodes.Retried, "work that was set aside is tried again"),
        _ when before is { Lifecycle: JobLifecycle.Paused } => (JobCodes.Resumed, "resumed"),
        _ when before is null => (JobCodes.Rescheduled, $"submitted{(now.Scheduling.Submitter.Length > 0 ? $" for {now.Scheduling.Submitter}" : "")}, class {now.Scheduling.Priority.ToString().ToLowerInvariant()}"),
        _ => (JobCodes.Rescheduled, $"class {now.Scheduling.Priority.ToString().ToLowerInvariant()}, weight {now.Scheduling.Weight}"),
    };
}

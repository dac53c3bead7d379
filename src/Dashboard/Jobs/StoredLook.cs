using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Jobs;

/// <summary>The same as <see cref="JobLook"/> where no silo answers: what the small files of the job tell.</summary>
internal sealed class StoredLook(IStore store)
{
    private const int MostDecisions = 200;

    /// <summary>Four bits for each shard of a job.</summary>
    public async Task<ShardMap> ShardsAsync(string job, CancellationToken cancellationToken)
    {
        var shards = (await JobFiles.ReadPlanAsync(store, job, cancellationToken))?.Shards ?? 0;
        var isDone = new bool[shards];
        await foreach (var entry in store.ListAsync(JobPaths.Shards(job), cancellationToken))
        {
            if (Path.GetExtension(entry.Path) == ".json" && int.TryParse(Path.GetFileNameWithoutExtension(entry.Path), out var shard) && shard < shards) isDone[shard] = true;
        }
        return ShardMap.Of(0, shards, shards, shard => isDone[shard] ? ShardState.Done : ShardState.Waiting);
    }

    /// <summary>What failed, as far as it is known: of samples, once the job is completed.</summary>
    public async Task<JobErrors> ErrorsAsync(string job, CancellationToken cancellationToken) => new(
        await JobFiles.ReadSummaryAsync(store, job, cancellationToken) is { } summary
            ? [.. summary.Errors.OrderByDescending(one => one.Value).Select(one => new SampleErrors(one.Key, one.Value, null))]
            : [],
        true,
        []);

    /// <summary>What has happened, the newest first.</summary>
    public async Task<IReadOnlyList<Happening>> HappeningsAsync(string job, CancellationToken cancellationToken)
    {
        var found = new List<Happening>();
        if (await JobFiles.ReadRecordAsync(store, job, cancellationToken) is { } record) found.Add(new Happening("created", record.Created, "waiting", "created", null, null));
        var last = await JobDecisionFiles.FindLastAsync(store, job, cancellationToken);
        JobDecision? before = null;
        for (var number = Math.Max(0, last - MostDecisions + 1); number <= last; number++)
        {
            if (await JobDecisionFiles.ReadAsync(store, job, number, cancellationToken) is not { } decision) continue;
            var (shape, words) = Words(before, decision);
            found.Add(new Happening($"decision-{number}", decision.Changed, shape, words, decision.By, decision.Reason));
            before = decision;
        }
        found.Reverse();
        return found;
    }

    private static (string Shape, string Words) Words(JobDecision? before, JobDecision now) => now.Lifecycle switch
    {
        JobLifecycle.Cancelled => ("cancelled", "cancelled for good"),
        JobLifecycle.Paused => ("paused", "paused"),
        _ when now.IsRestoring => ("recovering", "lost files are made again"),
        _ when now.Round > (before?.Round ?? 0) => ("recovering", "work that was set aside is tried again"),
        _ when before is { Lifecycle: JobLifecycle.Paused } => ("running", "resumed"),
        _ when before is null => ("waiting", $"submitted{(now.Scheduling.Submitter.Length > 0 ? $" for {now.Scheduling.Submitter}" : "")}, class {now.Scheduling.Priority.ToString().ToLowerInvariant()}"),
        _ => ("waiting", $"class {now.Scheduling.Priority.ToString().ToLowerInvariant()}, weight {now.Scheduling.Weight}"),
    };
}

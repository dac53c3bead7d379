using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Client;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Events;
using Atelier.Dashboard.Pages;
using Atelier.Dashboard.Problems;
using Atelier.Dashboard.Shards;
using Atelier.Dataset.History;

namespace Atelier.Dashboard.Jobs;

/// <summary>What pages show of the inside of a job: where its shards stand, what failed, how fast it was, and what happened. Read once a second, however many look.</summary>
internal sealed class JobLook
{
    private static readonly TimeSpan LeastStep = RateSpans.Shortest;
    private readonly ClusterLink _cluster;
    private readonly StoredLook _stored;
    private readonly SharedReads<ShardMap> _shards;
    private readonly SharedReads<JobErrors> _errors;
    private readonly SharedReads<IReadOnlyList<Happening>> _happenings;

    public JobLook(ClusterLink cluster, StoredLook stored, JobEventReader events, TimeProvider time)
    {
        (_cluster, _stored) = (cluster, stored);
        _shards = new((job, cancellationToken) => AskAsync((client, cancel) => ShardsAsync(client, job, cancel), () => stored.ShardsAsync(job, cancellationToken), cancellationToken), time);
        _errors = new((job, cancellationToken) => AskAsync((client, cancel) => client.GetErrorsAsync(job, cancel), () => stored.ErrorsAsync(job, cancellationToken), cancellationToken), time);
        _happenings = new(async (job, cancellationToken) => [.. (await events.ReadAsync(job, null, cancellationToken)).Data.Reverse().Select(Happening.Of)], time);
    }

    /// <summary>Four bits for each shard of a job.</summary>
    public Task<ShardMap> ShardsAsync(string job, CancellationToken cancellationToken) => _shards.GetAsync(job, cancellationToken);

    /// <summary>What failed, as far as it is known.</summary>
    public Task<JobErrors> ErrorsAsync(string job, CancellationToken cancellationToken) => _errors.GetAsync(job, cancellationToken);

    /// <summary>What has happened, the newest first.</summary>
    public Task<IReadOnlyList<Happening>> HappeningsAsync(string job, CancellationToken cancellationToken) => _happenings.GetAsync(job, cancellationToken);

    /// <summary>What is known of attempts at a shard: those at work, and those that ended badly.</summary>
    public async Task<IReadOnlyList<AttemptOfShard>> ShardAsync(string job, int shard, CancellationToken cancellationToken)
    {
        if (await DescribeShardAsync(job, shard, cancellationToken) is not { } told) return [];
        return
        [
            .. told.Holders.Select(holder => new AttemptOfShard(null, holder.Worker?.Name, "running", $"{holder.Stage.ToString().ToLowerInvariant()}, {Say.Number(Math.Round(holder.Drawn, 1))} of {Say.Count(told.Samples)} samples drawn")),
            .. told.Failures.Reverse().Select(failure => new AttemptOfShard(failure.At, failure.Worker, failure.IsLoss ? "recovering" : "failed", failure.Message ?? (failure.IsLoss ? "the worker was lost" : "it failed"))),
        ];
    }

    /// <summary>All that is known of a shard; null where the job has no such shard, or is not started.</summary>
    public Task<ShardDescription?> DescribeShardAsync(string job, int shard, CancellationToken cancellationToken) =>
        AskAsync<ShardDescription?>(async (client, cancel) => await client.GetShardAsync(job, shard, cancel), () => _stored.ShardAsync(job, shard, cancellationToken), cancellationToken);

    /// <summary>How fast it was; what is not known is left out.</summary>
    public Task<IReadOnlyList<RatePoint>> RatesAsync(string job, DateTimeOffset since, TimeSpan step, CancellationToken cancellationToken) => AskAsync<IReadOnlyList<RatePoint>>(
        async (client, cancel) => await client.GetHistoryAsync(job, since, step < LeastStep ? LeastStep : step, cancel),
        () => _stored.RatesAsync(job, since, step < LeastStep ? LeastStep : step, cancellationToken),
        cancellationToken);

    private async Task<T> AskAsync<T>(Func<AtelierClient, CancellationToken, Task<T>> ask, Func<Task<T>> otherwise, CancellationToken cancellationToken)
    {
        try
        {
            return await _cluster.AskAsync(ask, cancellationToken);
        }
        catch (Exception silent) when (silent is ClusterUnreachableException or InvalidInputException)
        {
            // What cannot be told because a file is damaged, the header of the page says.
            return await otherwise();
        }
    }

    private static async Task<ShardMap> ShardsAsync(AtelierClient client, string job, CancellationToken cancellationToken)
    {
        List<byte> states = [];
        while (true)
        {
            // A whole number of bytes at a time.
            var map = await client.GetShardsAsync(job, 2 * states.Count, ShardMap.MaxCount, cancellationToken);
            states.AddRange(map.States);
            if (map.Count == 0 || map.First + map.Count >= map.Shards) return new ShardMap(0, map.Shards, map.Shards, [.. states]);
        }
    }
}

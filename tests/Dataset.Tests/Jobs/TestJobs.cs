using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Shards;

namespace Atelier.Dataset.Tests.Jobs;

/// <summary>A job of three shards, some of them committed.</summary>
internal static class TestJobs
{
    public static JobOutcome Outcome { get; } = new()
    {
        Status = JobStatus.Completed,
        Samples = 12,
        Finished = 12,
        Failed = 1,
        Created = DateTimeOffset.UnixEpoch,
        Ended = DateTimeOffset.UnixEpoch.AddHours(1),
        Submitter = "ada",
    };

    public static async Task CommitAsync(IStore store, CancellationToken cancellationToken, params int[] shards)
    {
        var record = new JobRecord { Spec = TestShards.Spec, Incarnation = TestShards.Incarnation, Created = DateTimeOffset.UnixEpoch };
        await JobFiles.TryCreateRecordAsync(store, "job", record, cancellationToken);
        await JobFiles.TryCreatePlanAsync(store, "job", TestShards.Plan, cancellationToken);
        foreach (var shard in shards)
        {
            var stats = await TestShards.WriteAsync(store, TestShards.Attempt(shard), cancellationToken);
            await JobFiles.TryCreateStatsAsync(store, "job", stats, cancellationToken);
        }
    }

    public static async Task PromoteAsync(IStore store, int shard, CancellationToken cancellationToken) =>
        await ShardPromotion.PromoteAsync(store, "job", (await JobFiles.ReadStatsAsync(store, "job", shard, cancellationToken))!, cancellationToken);

    public static async Task<List<string>> PathsAsync(IStore store, string job, CancellationToken cancellationToken) =>
        await store.ListAsync($"{job}/", cancellationToken).Select(entry => entry.Path).ToListAsync(cancellationToken);
}

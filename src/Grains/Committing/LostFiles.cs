using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.RowIds;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Committing;

/// <summary>Finds what a job's store has lost since it was written: by a listing, and a look at the few shards of which not all is there.</summary>
internal static class LostFiles
{
    /// <summary>Shards that are committed and of which a file is there under neither of its names, in ascending order.</summary>
    public static async Task<IReadOnlyList<int>> FindShardsAsync(IStore store, string job, int shards, CancellationToken cancellationToken)
    {
        var lost = new List<int>();
        foreach (var (shard, isPromoted) in await ShardListing.ReadAsync(store, job, shards, cancellationToken).ConfigureAwait(false))
        {
            if (isPromoted || await JobFiles.ReadStatsAsync(store, job, shard, cancellationToken).ConfigureAwait(false) is not { } stats) continue;
            if (!await IsThereAsync(() => ShardReader.OpenTarAsync(store, job, stats, cancellationToken)).ConfigureAwait(false)
                || !await IsThereAsync(() => ShardReader.OpenParquetAsync(store, job, stats, cancellationToken)).ConfigureAwait(false)) lost.Add(shard);
        }
        return lost;
    }

    /// <summary>Whether a finished job lacks a shard, or one of the files that close it.</summary>
    public static async Task<bool> AnyOfFinishedAsync(IStore store, string job, JobPlan plan, CancellationToken cancellationToken)
    {
        var shards = await ShardListing.ReadAsync(store, job, plan.Shards, cancellationToken).ConfigureAwait(false);
        if (shards.Count(shard => shard.IsPromoted) < plan.Shards) return true;
        var summary = await JobFiles.ReadSummaryAsync(store, job, cancellationToken).ConfigureAwait(false);
        if (plan.HasRowIds && await RowIdIndex.ReadCountsAsync(store, job, cancellationToken).ConfigureAwait(false) is null) return true;
        string[] closing = summary?.Images > 0 ? [JobPaths.Errors(job), JobPaths.Card(job), JobPaths.ContactSheet(job)] : [JobPaths.Errors(job), JobPaths.Card(job)];
        foreach (var path in closing)
            if (!await IsThereAsync(async () => await store.OpenReadAsync(path, cancellationToken).ConfigureAwait(false) ?? throw new FileNotFoundException(path)).ConfigureAwait(false)) return true;
        return false;
    }

    /// <summary>In what a shard that was drawn again differs from the one that was committed; null where its files are the same bytes.</summary>
    public static string? Difference(ShardStats committed, ShardStats drawn) =>
        committed.TarSha256 != drawn.TarSha256 ? $"its tar has SHA-256 {drawn.TarSha256}, {committed.TarSha256} was committed"
        : committed.ParquetSha256 != drawn.ParquetSha256 ? $"its parquet has SHA-256 {drawn.ParquetSha256}, {committed.ParquetSha256} was committed"
        : null;

    private static async Task<bool> IsThereAsync(Func<Task<Stream>> open)
    {
        try
        {
            await (await open()).DisposeAsync();
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }
}

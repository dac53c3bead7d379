using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Attempts;

/// <summary>
/// Which shards of a job are promoted, by two listings: both plain names have the lengths that were recorded, and the attempt's names are gone, which they are only once the
/// bytes were compared. So a job of 100,000 shards need not read them all again to be closed.
/// </summary>
internal sealed class PromotedFiles
{
    private readonly long[] _tars;
    private readonly long[] _parquets;
    private readonly HashSet<int> _attempted = [];

    private PromotedFiles(int shards) => (_tars, _parquets) = (new long[shards], new long[shards]);

    public static async Task<PromotedFiles> ListAsync(IStore store, string job, int shards, CancellationToken cancellationToken)
    {
        var files = new PromotedFiles(shards);
        foreach (var file in await AttemptFiles.ListAsync(store, job, cancellationToken).ConfigureAwait(false))
            if (file.Kind is AttemptFileKind.Tar or AttemptFileKind.Parquet) files._attempted.Add(file.Shard);
        await foreach (var entry in store.ListAsync(JobPaths.Shards(job), cancellationToken).ConfigureAwait(false))
        {
            if (JobFile.Parse(job, entry.Path) is not { } file || file.Number >= shards) continue;
            if (file.Kind == JobFileKind.Tar) files._tars[file.Number] = entry.Length;
            if (file.Kind == JobFileKind.Parquet) files._parquets[file.Number] = entry.Length;
        }
        return files;
    }

    public bool Has(ShardStats stats) =>
        !_attempted.Contains(stats.Shard) && _tars[stats.Shard] == stats.TarBytes && _parquets[stats.Shard] == stats.ParquetBytes;
}

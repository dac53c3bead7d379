using System.Globalization;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Committing;

/// <summary>What a listing of the store says of a job: nothing is opened, so that it stays fast with 100,000 shards.</summary>
internal static class ShardListing
{
    private const byte Stats = 1;
    private const byte Tar = 2;
    private const byte Parquet = 4;

    /// <summary>The committed shards, in ascending order, and whether both of the plain files of each exist.</summary>
    public static async Task<IReadOnlyList<(int Shard, bool IsPromoted)>> ReadAsync(IStore store, string job, int shards, CancellationToken cancellationToken)
    {
        var files = new byte[shards];
        await foreach (var entry in store.ListAsync(JobPaths.Shards(job), cancellationToken).ConfigureAwait(false))
        {
            var name = entry.Path.AsSpan(entry.Path.LastIndexOf('/') + 1);
            var dot = name.IndexOf('.');
            if (dot < 0 || !int.TryParse(name[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var shard) || shard >= shards) continue;
            files[shard] |= name[dot..] switch { ".json" => Stats, ".tar" => Tar, ".parquet" => Parquet, _ => 0 };
        }
        var committed = new List<(int, bool)>();
        for (var shard = 0; shard < shards; shard++)
            if ((files[shard] & Stats) != 0) committed.Add((shard, files[shard] == (Stats | Tar | Parquet)));
        return committed;
    }
}

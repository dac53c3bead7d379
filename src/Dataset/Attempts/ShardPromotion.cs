using System.Security.Cryptography;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Attempts;

/// <summary>Gives the files of the attempt that won a shard their plain names, and removes those of attempts that did not.</summary>
public static class ShardPromotion
{
    /// <summary>
    /// Makes <c>shards/00000.tar</c> and <c>.parquet</c> from the attempt named in the stats, reads both back, and only when they have the recorded SHA-256 deletes
    /// the attempt's own names. When it returns, both plain names are there, durably. Safe to repeat, to run twice at once, and to be killed anywhere.
    /// </summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="stats">The committed stats of the shard; of an attempt that is not committed, nothing may be promoted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidDataException">A plain name has other bytes than the stats record. Nothing was deleted.</exception>
    /// <exception cref="FileNotFoundException">A file is there under neither of its names. Nothing was deleted.</exception>
    public static async Task PromoteAsync(IStore store, string job, ShardStats stats, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(stats);
        var tar = JobPaths.AttemptTar(job, stats.Shard, stats.Attempt);
        var parquet = JobPaths.AttemptParquet(job, stats.Shard, stats.Attempt);
        await PromoteAsync(store, tar, JobPaths.ShardTar(job, stats.Shard), stats.TarBytes, stats.TarSha256, cancellationToken).ConfigureAwait(false);
        await PromoteAsync(store, parquet, JobPaths.ShardParquet(job, stats.Shard), stats.ParquetBytes, stats.ParquetSha256, cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(tar, cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(parquet, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes the files of an attempt that lost its shard to another. Only its own worker may call this. Safe to repeat.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="shard">Zero-based shard number.</param>
    /// <param name="attempt">The attempt, which no stats file names, nor ever will.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task DiscardAsync(IStore store, string job, int shard, Guid attempt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        await store.DeleteAsync(JobPaths.AttemptTar(job, shard, attempt), cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(JobPaths.AttemptParquet(job, shard, attempt), cancellationToken).ConfigureAwait(false);
    }

    private static async Task PromoteAsync(
        IStore store, string attempt, string plain, long length, string sha256, CancellationToken cancellationToken)
    {
        await store.TryPromoteAsync(attempt, plain, cancellationToken).ConfigureAwait(false);
        // Opened and not listed: to list one name, a folder reads those of all shards.
        var file = await store.OpenReadAsync(plain, cancellationToken).ConfigureAwait(false)
            ?? throw new FileNotFoundException($"'{plain}' was made and is gone; its attempt is left as it is.", plain);
        await using (file.ConfigureAwait(false))
        {
            if (file.Length != length) throw new InvalidDataException($"'{plain}' has {file.Length} bytes; its stats record {length}.");
            var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
            if (found != sha256) throw new InvalidDataException($"'{plain}' has SHA-256 {found}; its stats record {sha256}.");
        }
    }
}

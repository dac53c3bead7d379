using Atelier.Dataset.Attempts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Parts;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Removal;

/// <summary>Removes what unfinished work has left of a job that gets no more workers: files of attempts, parts of shards, and notes of what was begun. Notes of failures stay.</summary>
public static class JobLeftovers
{
    /// <summary>
    /// Promotes what is committed, which may still be under the names of attempts, and removes the rest, but for attempts that are whole: what commits one may be on its
    /// way to the store, and what a stats file names must be there. Safe to repeat, and to be killed anywhere.
    /// </summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of a job that is cancelled.</param>
    /// <param name="shards">Shards of its plan.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be used.</exception>
    /// <exception cref="InvalidDataException">A shard's files are not those of its stats. No attempt was removed.</exception>
    public static async Task RemoveAsync(IStore store, string job, int shards, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        // Only attempts that are there can be of use: of a job without any, no shard is looked at.
        var made = (await AttemptFiles.ListAsync(store, job, cancellationToken).ConfigureAwait(false))
            .Where(file => file.Shard < shards && file.Kind is AttemptFileKind.Tar or AttemptFileKind.Parquet)
            .ToLookup(file => file.Shard);
        var kept = new HashSet<Guid>();
        foreach (var attempts in made)
        {
            if (await JobFiles.ReadStatsAsync(store, job, attempts.Key, cancellationToken).ConfigureAwait(false) is not { } stats)
            {
                kept.UnionWith(attempts.GroupBy(file => file.Attempt).Where(files => files.Count() == 2).Select(files => files.Key));
                continue;
            }
            try
            {
                await ShardPromotion.PromoteAsync(store, job, stats, cancellationToken).ConfigureAwait(false);
            }
            catch (FileNotFoundException)
            {
                // What is lost is not found again by keeping the attempts of others.
            }
        }
        await RemoveAsync(store, job, shards, kept, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same once every shard is committed and promoted: then nothing of an attempt can be of use.</summary>
    internal static Task RemoveOfFinishedAsync(IStore store, string job, int shards, CancellationToken cancellationToken) =>
        RemoveAsync(store, job, shards, [], cancellationToken);

    private static async Task RemoveAsync(IStore store, string job, int shards, HashSet<Guid> kept, CancellationToken cancellationToken)
    {
        foreach (var file in await AttemptFiles.ListAsync(store, job, cancellationToken).ConfigureAwait(false))
        {
            if (file.Shard < shards && !file.IsFailure && !kept.Contains(file.Attempt))
                await store.DeleteAsync(file.PathIn(job), cancellationToken).ConfigureAwait(false);
        }
        await ShardParts.RemoveAllAsync(store, job, cancellationToken).ConfigureAwait(false);
        await store.CleanTemporaryFilesAsync(job, cancellationToken).ConfigureAwait(false);
    }
}

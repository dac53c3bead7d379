using Atelier.Dataset.Parts;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Jobs;

/// <summary>Removes what unfinished work has left of a job that gets no more workers: files of attempts, parts of shards, and notes of who had what in hand.</summary>
public static class JobLeftovers
{
    /// <summary>Promotes what is committed, which may still be under the names of attempts, and removes the rest. Safe to repeat, and to be killed anywhere.</summary>
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
        var attempted = new SortedSet<int>();
        await foreach (var entry in store.ListAsync(JobPaths.Attempts(job), cancellationToken).ConfigureAwait(false))
            if (JobPaths.ShardOfAttempt(entry.Path) is { } shard && shard < shards) attempted.Add(shard);
        foreach (var shard in attempted)
        {
            if (await JobFiles.ReadStatsAsync(store, job, shard, cancellationToken).ConfigureAwait(false) is not { } stats) continue;
            try
            {
                await ShardPromotion.PromoteAsync(store, job, stats, cancellationToken).ConfigureAwait(false);
            }
            catch (FileNotFoundException)
            {
                // What is lost is not found again by keeping the attempts of others.
            }
        }
        await RemoveUncommittedAsync(store, job, shards, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same once every committed shard is promoted.</summary>
    internal static async Task RemoveUncommittedAsync(IStore store, string job, int shards, CancellationToken cancellationToken)
    {
        await foreach (var entry in store.ListAsync(JobPaths.Attempts(job), cancellationToken).ConfigureAwait(false))
        {
            if (JobPaths.ShardOfAttempt(entry.Path) < shards)
                await store.DeleteAsync(entry.Path, cancellationToken).ConfigureAwait(false);
        }
        await ShardParts.RemoveAllAsync(store, job, cancellationToken).ConfigureAwait(false);
        await BegunWorkFiles.RemoveAllAsync(store, job, cancellationToken).ConfigureAwait(false);
        await store.CleanTemporaryFilesAsync(job, cancellationToken).ConfigureAwait(false);
    }
}

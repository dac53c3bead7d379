using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Committing;

/// <summary>
/// Failed and truncated samples of committed shards. What was committed before the grain was made is read in the background, a few files at a
/// time, while shards are leased already.
/// </summary>
internal sealed class SampleCounts(string job, TimeProvider time)
{
    private const int Readers = 16;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);
    private bool _areFinal;

    public long Failed { get; private set; }

    public long Truncated { get; private set; }

    /// <summary>Notes the counts of the whole job.</summary>
    public void Set(long failed, long truncated) => (Failed, Truncated, _areFinal) = (failed, truncated, true);

    public void Add(long failed, long truncated)
    {
        if (!_areFinal) (Failed, Truncated) = (Failed + failed, Truncated + truncated);
    }

    /// <summary>Reads the counts of committed shards, failed and truncated; ends early only when cancelled or when a file is damaged.</summary>
    public async Task<(long Failed, long Truncated)> ReadAsync(IStore store, IReadOnlyCollection<int> shards, CancellationToken cancellationToken)
    {
        var (failed, truncated) = (0L, 0L);
        foreach (var some in shards.Chunk(Readers))
        {
            foreach (var stats in await Task.WhenAll(some.Select(shard => ReadAsync(store, shard, cancellationToken))).ConfigureAwait(false))
                (failed, truncated) = (failed + (stats?.Failed ?? 0), truncated + (stats?.Truncated ?? 0));
        }
        return (failed, truncated);
    }

    private async Task<ShardStats?> ReadAsync(IStore store, int shard, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await JobFiles.ReadStatsAsync(store, job, shard, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                await Task.Delay(RetryPause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}

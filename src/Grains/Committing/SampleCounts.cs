using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Committing;

/// <summary>
/// Failed and truncated samples of committed shards. What was committed before the grain was made is read in the background, a few files at a
/// time, while shards are leased already. Thread-safe.
/// </summary>
internal sealed class SampleCounts(string job, TimeProvider time)
{
    private const int Readers = 16;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);
    private long _failed;
    private long _truncated;

    public long Failed => Interlocked.Read(ref _failed);

    public long Truncated => Interlocked.Read(ref _truncated);

    public void Add(long failed, long truncated)
    {
        Interlocked.Add(ref _failed, failed);
        Interlocked.Add(ref _truncated, truncated);
    }

    /// <summary>Adds the counts of shards that are committed; ends early only when cancelled or when a file is damaged.</summary>
    public Task ReadAsync(IStore store, IReadOnlyCollection<int> shards, CancellationToken cancellationToken) => Task.Run(
        () => Parallel.ForEachAsync(
            shards,
            new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken },
            async (shard, cancel) =>
            {
                if (await ReadAsync(store, shard, cancel).ConfigureAwait(false) is { } stats) Add(stats.Failed, stats.Truncated);
            }),
        cancellationToken);

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

using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Grains.Leasing;

namespace Atelier.Grains.Committing;

/// <summary>
/// Failed and truncated samples of committed shards. What was committed before the grain was made is read in the background, a few files at a
/// time, while shards are leased already.
/// </summary>
internal sealed class SampleCounts(string job, int shards, TimeProvider time)
{
    private const int Readers = 16;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, (long Count, int? FirstShard)> _errors = new(StringComparer.Ordinal);
    private readonly ShardSet _lacking = new(shards);
    private bool _areFinal;

    public long Failed { get; private set; }

    public long Truncated { get; private set; }

    /// <summary>Counts that are on their way.</summary>
    public int Counting { get; set; }

    /// <summary>Failed samples by their error codes, the most frequent first.</summary>
    public IEnumerable<SampleErrors> Errors =>
        _errors.Select(error => new SampleErrors(error.Key, error.Value.Count, error.Value.FirstShard)).OrderByDescending(error => error.Count).ThenBy(error => error.Code, StringComparer.Ordinal);

    /// <summary>Whether samples of a shard have no image, as far as they are counted.</summary>
    public bool LacksImages(int shard) => shard < shards && _lacking.Contains(shard);

    /// <summary>Notes the counts of the whole job. Which shards they are of is known of those that were counted before.</summary>
    public void Set(JobSummary summary)
    {
        (Failed, Truncated, _areFinal) = (summary.Failed, summary.Truncated, true);
        foreach (var (code, count) in summary.Errors) _errors[code] = (count, _errors.GetValueOrDefault(code).FirstShard);
    }

    /// <summary>Adds a shard's.</summary>
    public void Add(ShardStats stats)
    {
        if (stats.Failed > 0 && stats.Shard < shards) _lacking.Add(stats.Shard);
        if (_areFinal) return;
        (Failed, Truncated) = (Failed + stats.Failed, Truncated + stats.Truncated);
        foreach (var (code, count) in stats.Errors)
        {
            var (before, first) = _errors.GetValueOrDefault(code);
            _errors[code] = (before + count, Math.Min(first ?? stats.Shard, stats.Shard));
        }
    }

    /// <summary>Notes shards of a finished job that lack images.</summary>
    public void AddLacking(IEnumerable<int> some)
    {
        foreach (var shard in some) _lacking.Add(shard);
    }

    /// <summary>Reads the stats of committed shards; ends early only when cancelled or when a file is damaged.</summary>
    public async Task<IReadOnlyList<ShardStats>> ReadAsync(IStore store, IReadOnlyCollection<int> some, CancellationToken cancellationToken)
    {
        var read = new List<ShardStats>();
        foreach (var few in some.Chunk(Readers))
            read.AddRange((await Task.WhenAll(few.Select(shard => ReadAsync(store, shard, cancellationToken))).ConfigureAwait(false)).OfType<ShardStats>());
        return read;
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

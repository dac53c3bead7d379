using System.Collections.Concurrent;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Reading;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Samples;

/// <summary>Reads samples for galleries.</summary>
internal sealed class GalleryReader(IStore store, TimeProvider time)
{
    // A page is to come soon; what it has searched until then, it says.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private const int MostKept = 1000;
    private static readonly ShardColumn[] Columns = [.. ShardColumns.Listing, ShardColumns.PixelSha256];

    private readonly ConcurrentDictionary<string, (string Shards, IReadOnlyList<GallerySample> Samples)> _newest = new(StringComparer.Ordinal);

    /// <summary>The samples of a window.</summary>
    public async Task<GalleryWindow> ReadAsync(string job, JobPlan plan, GalleryQuery query, CancellationToken cancellationToken)
    {
        if (!query.IsScan)
        {
            var count = (int)Math.Min(query.Window, plan.Samples - query.From);
            var page = await JobSamples.ReadAsync(store, job, plan, Columns, query.From, count, cancellationToken);
            return new GalleryWindow([.. page.Committed.SelectMany(Samples)], page.Uncommitted, query.From + count, null);
        }
        var (found, missing, begun) = (new List<GallerySample>(), new List<SampleRange>(), time.GetTimestamp());
        var (next, searched) = (query.From, 0);
        while (next < plan.Samples && found.Count < query.Window && time.GetElapsedTime(begun) < Patience)
        {
            var shard = (int)(next / plan.ShardSize);
            var end = plan.FirstSample(shard) + plan.SamplesIn(shard);
            var page = await JobSamples.ReadAsync(store, job, plan, Columns, next, (int)(end - next), cancellationToken);
            foreach (var sample in page.Committed.SelectMany(Samples).Where(query.Matches).Take(query.Window - found.Count)) found.Add(sample);
            missing.AddRange(page.Uncommitted);
            next = found.Count == query.Window ? found[^1].Number + 1 : end;
            searched++;
        }
        return new GalleryWindow(found, [], next, new Search(searched, plan.Shards - (int)(query.From / plan.ShardSize), missing.Sum(range => range.Count)));
    }

    /// <summary>The last samples of the shards that were committed last, as far as their order tells; the last first.</summary>
    public async Task<IReadOnlyList<GallerySample>> NewestAsync(string job, ShardMap states, int count, CancellationToken cancellationToken)
    {
        List<int> shards = [];
        for (var shard = states.Count - 1; shard >= 0 && shards.Count < count; shard--)
            if (states[shard] is ShardState.Done or ShardState.DoneWithFailures) shards.Add(shard);
        var key = string.Join(',', shards);
        if (_newest.TryGetValue(job, out var kept) && kept.Shards == key) return kept.Samples;
        List<GallerySample> found = [];
        if (shards.Count > 0 && await JobFiles.ReadPlanAsync(store, job, cancellationToken) is { } plan)
        {
            foreach (var shard in shards.TakeWhile(_ => found.Count < count))
            {
                var page = await JobSamples.ReadAsync(store, job, plan, Columns, plan.FirstSample(shard), plan.SamplesIn(shard), cancellationToken);
                found.AddRange(page.Committed.SelectMany(Samples).Reverse().Take(count - found.Count));
            }
        }
        if (_newest.Count >= MostKept) _newest.Clear();
        _newest[job] = (key, found);
        return found;
    }

    private static IEnumerable<GallerySample> Samples(SampleRows rows)
    {
        for (var at = 0; at < rows.Count; at++)
        {
            yield return new GallerySample(
                rows.FirstSample + at,
                rows.Values(ShardColumns.Key)[at],
                rows.Values(ShardColumns.Row)[at],
                rows.Values(ShardColumns.Id)[at],
                rows.Values(ShardColumns.Prompt)[at],
                rows.Values(ShardColumns.Seed)[at],
                rows.Values(ShardColumns.GuidanceScale)[at],
                rows.Values(ShardColumns.Width)[at],
                rows.Values(ShardColumns.Height)[at],
                rows.Values(ShardColumns.PixelSha256)[at],
                rows.Values(ShardColumns.ErrorCode)[at]);
        }
    }
}

/// <summary>Samples of a window.</summary>
/// <param name="Samples">Those that are shown.</param>
/// <param name="Uncommitted">Ranges that are not drawn yet.</param>
/// <param name="Next">Number of the sample to go on with.</param>
/// <param name="Search">How far was searched; null where nothing had to be.</param>
internal sealed record GalleryWindow(IReadOnlyList<GallerySample> Samples, IReadOnlyList<SampleRange> Uncommitted, long Next, Search? Search);

/// <summary>How far was searched.</summary>
internal sealed record Search(int Shards, int Of, long NotDrawn);

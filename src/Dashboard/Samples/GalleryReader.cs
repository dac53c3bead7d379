using System.Collections.Concurrent;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Reading;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Samples;

/// <summary>Reads samples for galleries.</summary>
internal sealed class GalleryReader(IStore store, TableCache tables, TimeProvider time)
{
    // A page is to come soon; what it has searched until then, it says.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private const int MostKept = 1000;

    private readonly ConcurrentDictionary<string, (string Shards, IReadOnlyList<GallerySample> Samples)> _newest = new(StringComparer.Ordinal);

    /// <summary>The samples of a window.</summary>
    public async Task<GalleryWindow> ReadAsync(string job, JobPlan plan, GalleryQuery query, CancellationToken cancellationToken)
    {
        if (!query.IsScan)
        {
            var end = Math.Min(query.From + query.Window, plan.Samples);
            var (samples, missing) = (new List<GallerySample>(), new List<SampleRange>());
            foreach (var (shard, from, to) in Shards(plan, query.From, end))
            {
                if (await ReadShardAsync(job, plan, shard, _ => true, cancellationToken) is { } there) samples.AddRange(there.Where(sample => sample.Number >= from && sample.Number < to));
                else if (missing is [.., var last] && last.First + last.Count == from) missing[^1] = last with { Count = last.Count + to - from };
                else missing.Add(new SampleRange(from, to - from));
            }
            return new GalleryWindow(samples, missing, end, null);
        }
        var (found, notDrawn, begun) = (new List<GallerySample>(), 0L, time.GetTimestamp());
        var (next, searched) = (query.From, 0);
        while (next < plan.Samples && found.Count < query.Window && time.GetElapsedTime(begun) < Patience)
        {
            var shard = (int)(next / plan.ShardSize);
            var end = plan.FirstSample(shard) + plan.SamplesIn(shard);
            var first = next;
            if (await ReadShardAsync(job, plan, shard, query.MayHave, cancellationToken) is { } samples) found.AddRange(samples.Where(sample => sample.Number >= first && query.Matches(sample)).Take(query.Window - found.Count));
            else notDrawn += end - first;
            next = found.Count == query.Window ? found[^1].Number + 1 : end;
            searched++;
        }
        return new GalleryWindow(found, [], next, new Search(searched, plan.Shards - (int)(query.From / plan.ShardSize), notDrawn));
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
        try
        {
            var plan = shards.Count > 0 ? await JobFiles.ReadPlanAsync(store, job, cancellationToken) : null;
            foreach (var shard in shards.TakeWhile(_ => plan is not null && found.Count < count))
            {
                if (await ReadShardAsync(job, plan!, shard, _ => true, cancellationToken) is { } samples) found.AddRange(samples.Reverse().Take(count - found.Count));
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException)
        {
            // The rest of the page is shown without them; the gallery says what is wrong.
        }
        if (_newest.Count >= MostKept) _newest.Clear();
        _newest[job] = (key, found);
        return found;
    }

    /// <summary>Samples by their numbers, as far as they are drawn.</summary>
    public async Task<IReadOnlyDictionary<long, GallerySample>> ReadAsync(string job, JobPlan plan, IEnumerable<long> numbers, CancellationToken cancellationToken)
    {
        var found = new Dictionary<long, GallerySample>();
        foreach (var shard in numbers.GroupBy(number => (int)(number / plan.ShardSize)))
        {
            if (await ReadShardAsync(job, plan, shard.Key, _ => true, cancellationToken) is not { } samples) continue;
            foreach (var number in shard) found[number] = samples[(int)(number - plan.FirstSample(shard.Key))];
        }
        return found;
    }

    private static IEnumerable<(int Shard, long From, long To)> Shards(JobPlan plan, long first, long end)
    {
        for (var next = first; next < end;)
        {
            var shard = (int)(next / plan.ShardSize);
            var to = Math.Min(end, plan.FirstSample(shard) + plan.SamplesIn(shard));
            yield return (shard, next, to);
            next = to;
        }
    }

    // Null where the shard is not committed; without its table where the stats tell that nothing of it is wanted.
    private async Task<IReadOnlyList<GallerySample>?> ReadShardAsync(string job, JobPlan plan, int shard, Func<ShardStats, bool> mayHave, CancellationToken cancellationToken) =>
        await JobSamples.ReadStatsAsync(store, job, plan, shard, cancellationToken) is not { } stats ? null
        : mayHave(stats) ? [.. Samples(await tables.ReadAsync(job, stats, cancellationToken))]
        : [];

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

using System.Globalization;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.RowIds;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Samples;

/// <summary>Finds samples of a job in its committed shards, as far as a request may take time for it.</summary>
internal sealed class SampleReader(IStore store, TableCache tables, JobLook look, TimeProvider time)
{
    // After this the client is told how far it came, and asks again.
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(2);

    private const int ShuffledAtOnce = 16;

    // Rows among which an id is looked for without an index.
    private const long MaxRowsWithoutIndex = 50_000;

    /// <summary>A page of the samples that are wanted.</summary>
    /// <exception cref="ProblemException">The row is asked for by an id that there is not, or ids are not indexed yet.</exception>
    public async Task<SamplePageView> ReadAsync(string job, JobPlan plan, SampleQuery query, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var next = query.Check(plan);
        var (low, high) = (0L, plan.Samples);
        if (query.Row is not null || query.Id is not null)
        {
            var row = query.Row ?? await FindRowAsync(job, plan, query.Id!, cancellationToken);
            (low, high) = (row * plan.ImagesPerPrompt, (row + 1) * plan.ImagesPerPrompt);
            if (!query.IsRandom) next = Math.Clamp(next, low, high - 1);
        }
        if (query.IsRandom) return await ReadShuffledAsync(job, plan, query, next, low, high - low, begun, cancellationToken);
        // What is not there is passed over without a look at each shard.
        var states = query.IsNewest ? await look.ShardsAsync(job, cancellationToken) : null;
        var (found, uncommitted, scanned) = (new List<IReadOnlyDictionary<string, object?>>(), new List<SampleRange>(), 0L);
        var step = query.IsReversed ? -1 : 1;
        while (next >= low && next < high && found.Count < query.Most && (scanned == 0 || time.GetElapsedTime(begun) < Budget))
        {
            var shard = (int)(next / plan.ShardSize);
            if (states is not null && !IsCommitted(states, shard))
            {
                next = plan.FirstSample(shard) - 1;
                continue;
            }
            // What is left of the shard in this direction, and of the page where every sample counts.
            var (from, to) = query.IsReversed ? (Math.Max(low, plan.FirstSample(shard)), next + 1) : (next, Math.Min(high, plan.FirstSample(shard) + plan.SamplesIn(shard)));
            if (query.IsPlain) (from, to) = query.IsReversed ? (Math.Max(from, to - (query.Most - found.Count)), to) : (from, Math.Min(to, from + (query.Most - found.Count)));
            var rows = await ReadShardAsync(job, plan, shard, query, cancellationToken);
            if (rows is null) Add(uncommitted, from, to - from);
            var (at, end) = query.IsReversed ? (to - 1, from - 1) : (from, to);
            while (at != end && found.Count < query.Most)
            {
                if (rows?.Rows is { } there && query.Wants(there, (int)(at - there.FirstSample))) found.Add(SampleView.Of(job, there, (int)(at - there.FirstSample), ShardColumns.Listing));
                at += step;
                scanned++;
            }
            next = at;
        }
        return new SamplePageView(found, uncommitted, next >= low && next < high ? next.ToString(CultureInfo.InvariantCulture) : null, scanned, high - low);
    }

    // A few shards at once, since each sample is likely to be of another.
    private async Task<SamplePageView> ReadShuffledAsync(
        string job, JobPlan plan, SampleQuery query, long place, long low, long count, long begun, CancellationToken cancellationToken)
    {
        var (shuffle, states) = (query.ShuffleOf(count), await look.ShardsAsync(job, cancellationToken));
        var (found, scanned) = (new List<IReadOnlyDictionary<string, object?>>(), 0L);
        while (place < count && found.Count < query.Most && (scanned == 0 || time.GetElapsedTime(begun) < Budget))
        {
            var samples = new long[(int)Math.Min(Math.Min(ShuffledAtOnce, query.Most - found.Count), count - place)];
            for (var at = 0; at < samples.Length; at++) samples[at] = low + shuffle[place + at];
            var shards = samples.Select(sample => (int)(sample / plan.ShardSize)).Where(shard => IsCommitted(states, shard)).Distinct().ToArray();
            var rows = await Task.WhenAll(shards.Select(shard => ReadShardAsync(job, plan, shard, query, cancellationToken)));
            foreach (var sample in samples)
            {
                if (Array.IndexOf(shards, (int)(sample / plan.ShardSize)) is >= 0 and var at && rows[at]?.Rows is { } there && query.Wants(there, (int)(sample - there.FirstSample)))
                    found.Add(SampleView.Of(job, there, (int)(sample - there.FirstSample), ShardColumns.Listing));
            }
            (place, scanned) = (place + samples.Length, scanned + samples.Length);
        }
        return new SamplePageView(found, [], place < count ? place.ToString(CultureInfo.InvariantCulture) : null, scanned, count);
    }

    private static bool IsCommitted(ShardMap states, int shard) => shard < states.Count && states[shard] is ShardState.Done or ShardState.DoneWithFailures or ShardState.Committed;

    /// <summary>Every column of a sample.</summary>
    /// <exception cref="ProblemException">There is no such sample, or its shard is not committed.</exception>
    public async Task<IReadOnlyDictionary<string, object?>> ReadOneAsync(string job, JobPlan plan, string key, CancellationToken cancellationToken)
    {
        var (sample, stats) = await FindAsync(job, plan, key, cancellationToken);
        var rows = await ShardReader.ReadColumnsAsync(store, job, stats, ShardColumns.All, (int)(sample - stats.FirstSample), 1, cancellationToken);
        var view = SampleView.Of(job, rows, 0, ShardColumns.All);
        view["shard"] = stats.Shard;
        return view;
    }

    /// <summary>The number of a sample and the stats of its shard.</summary>
    /// <exception cref="ProblemException">There is no such sample, or its shard is not committed.</exception>
    public async Task<(long Sample, ShardStats Stats)> FindAsync(string job, JobPlan plan, string key, CancellationToken cancellationToken)
    {
        if (!long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var sample) || sample >= plan.Samples)
            throw ProblemException.NotFound("sample.unknown", $"job '{job}' has no sample '{key}'; allowed: 0 to {plan.Samples - 1}");
        return (sample, await JobFiles.ReadStatsAsync(store, job, (int)(sample / plan.ShardSize), cancellationToken)
            ?? throw ProblemException.NotFound("sample.not_committed", $"the shard of sample {key} is not committed yet"));
    }

    // Null where the shard is not committed; without rows where its stats say that none is wanted.
    private async Task<FoundShard?> ReadShardAsync(string job, JobPlan plan, int shard, SampleQuery query, CancellationToken cancellationToken)
    {
        if (await JobFiles.ReadStatsAsync(store, job, shard, cancellationToken) is not { } stats) return null;
        if (stats.FirstSample != plan.FirstSample(shard) || stats.Samples != plan.SamplesIn(shard)) throw new InvalidDataException($"{JobPaths.ShardStats(job, shard)} has other samples than the plan");
        var hasNone = (query.Status == SampleStatus.Failed && stats.Failed == 0) || (query.Code is { } code && !stats.Errors.ContainsKey(code)) || (query.Status == SampleStatus.Ok && stats.Failed == stats.Samples);
        return new FoundShard(hasNone ? null : await tables.ReadAsync(job, stats, cancellationToken));
    }

    private async Task<long> FindRowAsync(string job, JobPlan plan, string id, CancellationToken cancellationToken)
    {
        var (isMade, row) = await RowIdIndex.FindAsync(store, job, plan, id, cancellationToken);
        if (!isMade && plan.Rows > MaxRowsWithoutIndex) throw ProblemException.Conflict("index.not_ready", "the ids of this job's rows are not indexed yet");
        for (var chunk = 0; !isMade && row is null && (long)chunk * plan.ChunkRows < plan.Rows; chunk++)
            row = (await JobFiles.ReadPromptsAsync(store, job, chunk, plan.ChunkRows, cancellationToken))?.FirstOrDefault(one => one.Id == id)?.Index;
        return row ?? throw ProblemException.NotFound("row.unknown", $"job '{job}' has no row with this id");
    }

    private static void Add(List<SampleRange> ranges, long first, long count)
    {
        if (ranges is [.., var last] && last.First + last.Count == first) ranges[^1] = last with { Count = last.Count + count };
        else if (ranges is [.., var later] && first + count == later.First) ranges[^1] = new SampleRange(first, later.Count + count);
        else ranges.Add(new SampleRange(first, count));
    }

    private sealed record FoundShard(SampleRows? Rows);
}

using System.Text.Json;
using Atelier.Abstractions.Shards;
using Atelier.Dashboard.Json;

namespace Atelier.Dashboard.Events;

/// <summary>Tells which shards of a job stand elsewhere than when this was last asked, so that whoever has the map need not read it again.</summary>
/// <param name="job">Name of the job.</param>
/// <param name="read">Reads the map.</param>
internal sealed class ShardMoves(string job, Func<CancellationToken, Task<ShardMap>> read)
{
    // A map is as short as so many runs.
    private const int MaxRuns = 500;
    private ShardMap? _known;

    /// <summary>What has changed; null for nothing, at first, and while nobody can tell.</summary>
    public async Task<TopicEvent?> NextAsync(CancellationToken cancellationToken)
    {
        ShardMap now;
        try
        {
            now = await read(cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException)
        {
            return null;
        }
        var before = _known;
        _known = now;
        if (before is null || before.States.AsSpan().SequenceEqual(now.States.AsSpan())) return null;
        var runs = before.Count == now.Count ? Runs(before, now) : null;
        var isMany = runs is null or { Count: > MaxRuns };
        return new TopicEvent("shards", JsonSerializer.Serialize(new ShardsChange(job, isMany ? [] : runs!, isMany), ApiJson.Options));
    }

    private static List<ShardRun> Runs(ShardMap before, ShardMap now)
    {
        var runs = new List<ShardRun>();
        for (var shard = 0; shard < now.Count; shard++)
        {
            var state = (int)now[shard];
            if (before[shard] == now[shard]) continue;
            if (runs is [.., var last] && last.State == state && last.First + last.Count == shard) runs[^1] = last with { Count = last.Count + 1 };
            else runs.Add(new ShardRun(shard, 1, state));
        }
        return runs;
    }
}

/// <summary>Where shards of a job stand now that stood elsewhere.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Runs">Shards that follow each other and stand alike.</param>
/// <param name="Many">Whether there are too many to be told, so that the map is to be read again.</param>
internal sealed record ShardsChange(string Job, IReadOnlyList<ShardRun> Runs, bool Many);

/// <summary>Shards that follow each other.</summary>
/// <param name="First">Number of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="State">Where they stand, 0 to 15 as in the map.</param>
internal sealed record ShardRun(int First, int Count, int State);

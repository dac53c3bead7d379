using Atelier.Abstractions.Shards;

namespace Atelier.Dashboard.Shards;

/// <summary>The states of shards in words, and how many stand where.</summary>
internal static class ShardStates
{
    /// <summary>The words, in the order in which they are shown.</summary>
    public static IReadOnlyList<(ShardState State, string Word)> Words { get; } =
    [
        (ShardState.SetAside, "set aside"), (ShardState.WaitingAfterFailure, "waiting after a fault"), (ShardState.DoneWithFailures, "done, some samples failed"), (ShardState.Leased, "leased"),
        (ShardState.Waiting, "waiting"), (ShardState.Committed, "committed, not promoted"), (ShardState.Done, "done"),
    ];

    /// <summary>The state without the eighths.</summary>
    public static ShardState KindOf(this ShardMap map, int shard) => map[shard] is var state && state > ShardState.Leased ? ShardState.Leased : state;

    /// <summary>How many stand where, and the first that does.</summary>
    public static IReadOnlyList<(ShardState State, string Word, int Count, int First)> Counts(this ShardMap map)
    {
        var (counts, firsts) = (new int[(int)ShardState.Leased + 1], new int[(int)ShardState.Leased + 1]);
        for (var shard = 0; shard < map.Count; shard++)
        {
            var kind = (int)map.KindOf(shard);
            if (counts[kind]++ == 0) firsts[kind] = shard;
        }
        return [.. Words.Select(one => (one.State, one.Word, counts[(int)one.State], firsts[(int)one.State]))];
    }
}

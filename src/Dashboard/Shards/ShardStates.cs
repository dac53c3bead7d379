using Atelier.Abstractions;
using Atelier.Abstractions.Shards;
using Atelier.Dashboard.Json;

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

    /// <summary>States by their words in the API, with commas between them.</summary>
    /// <exception cref="InvalidInputException">One is none of them.</exception>
    public static IReadOnlySet<ShardState> Parse(string? words)
    {
        var states = new HashSet<ShardState>();
        foreach (var word in (words ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var known = Words.Where(one => ShardStateJson.WordOf(one.State) == word).Select(one => one.State).ToList();
            if (known.Count == 0) throw new InvalidInputException($"state is '{word}'; allowed: {string.Join(", ", Words.Select(one => ShardStateJson.WordOf(one.State)))}, with commas between them");
            states.Add(known[0]);
        }
        return states;
    }

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

using System.Collections.Immutable;

namespace Atelier.Abstractions.Shards;

/// <summary>The states of a range of shards, four bits each.</summary>
/// <param name="First">Zero-based number of the first shard.</param>
/// <param name="Count">Shards of the range.</param>
/// <param name="Shards">Shards of the job; 0 before Start.</param>
/// <param name="States">A <see cref="ShardState"/> in four bits, the first of two in the lower ones.</param>
[GenerateSerializer, Immutable, Alias("atelier.ShardMap")]
public sealed record ShardMap([property: Id(0)] int First, [property: Id(1)] int Count, [property: Id(2)] int Shards, [property: Id(3)] ImmutableArray<byte> States)
{
    /// <summary>The most shards of one map.</summary>
    public const int MaxCount = 262_144;

    /// <summary>Where a shard of the range stands.</summary>
    /// <param name="shard">Zero-based number in the job.</param>
    public ShardState this[int shard]
    {
        get
        {
            var at = shard - First;
            ArgumentOutOfRangeException.ThrowIfNegative(at, nameof(shard));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(at, Count, nameof(shard));
            return (ShardState)((States[at / 2] >> (at % 2 * 4)) & 0xF);
        }
    }

    /// <summary>The map of a range.</summary>
    /// <param name="first">Zero-based number of the first shard.</param>
    /// <param name="count">Shards of the range.</param>
    /// <param name="shards">Shards of the job.</param>
    /// <param name="stateOf">Where a shard stands.</param>
    public static ShardMap Of(int first, int count, int shards, Func<int, ShardState> stateOf)
    {
        ArgumentNullException.ThrowIfNull(stateOf);
        var states = new byte[(count + 1) / 2];
        for (var at = 0; at < count; at++) states[at / 2] |= (byte)((int)stateOf(first + at) << (at % 2 * 4));
        return new ShardMap(first, count, shards, ImmutableArray.Create(states));
    }
}

using System.Collections.Immutable;

namespace Atelier.Abstractions.Shards;

/// <summary>All that is known of a shard.</summary>
[GenerateSerializer, Immutable, Alias("atelier.ShardDescription")]
public sealed record ShardDescription
{
    /// <summary>Zero-based shard number.</summary>
    [Id(0)] public required int Shard { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(1)] public required ShardState State { get; init; }

    /// <summary>Number of its first sample.</summary>
    [Id(2)] public required long FirstSample { get; init; }

    /// <summary>Its samples.</summary>
    [Id(3)] public required int Samples { get; init; }

    /// <summary>What its winner said of it; null before it is committed.</summary>
    [Id(4)] public ShardStats? Stats { get; init; }

    /// <summary>Who is at work on it.</summary>
    [Id(5)] public ImmutableArray<ShardHolder> Holders { get; init; } = [];

    /// <summary>Attempts that ended badly, since failed work was last put back and before, in the order of their ends; at most 100.</summary>
    [Id(6)] public ImmutableArray<FailedAttempt> Failures { get; init; } = [];
}

namespace Atelier.Dashboard.Shards;

/// <summary>An attempt at a shard: who made it, and what became of it.</summary>
internal sealed record AttemptOfShard(DateTimeOffset? At, string? Worker, string Shape, string Words);

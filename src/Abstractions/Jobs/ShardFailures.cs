using Atelier.Abstractions.Workers;

namespace Atelier.Abstractions.Jobs;

/// <summary>How often work on a shard ended badly through no fault of its samples.</summary>
/// <param name="Kind">The work.</param>
/// <param name="Shard">Zero-based shard number; negative where the work is about no shard.</param>
/// <param name="Failures">Failures that workers have reported.</param>
/// <param name="Losses">Workers that were lost over it.</param>
/// <param name="IsSetAside">Whether it is not tried any more.</param>
[GenerateSerializer, Immutable, Alias("atelier.ShardFailures")]
public sealed record ShardFailures(
    [property: Id(0)] WorkKind Kind, [property: Id(1)] int Shard, [property: Id(2)] int Failures, [property: Id(3)] int Losses, [property: Id(4)] bool IsSetAside);

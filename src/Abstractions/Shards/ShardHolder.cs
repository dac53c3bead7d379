using Atelier.Abstractions.Workers;

namespace Atelier.Abstractions.Shards;

/// <summary>A lease of a shard, and how far it is.</summary>
/// <param name="Attempt">The lease, and the attempt made under it.</param>
/// <param name="Worker">Who holds it; null where that is not known.</param>
/// <param name="Stage">What is being done.</param>
/// <param name="Drawn">Samples drawn so far, in parts.</param>
[GenerateSerializer, Immutable, Alias("atelier.ShardHolder")]
public sealed record ShardHolder([property: Id(0)] Guid Attempt, [property: Id(1)] WorkerInfo? Worker, [property: Id(2)] WorkStage Stage, [property: Id(3)] double Drawn);

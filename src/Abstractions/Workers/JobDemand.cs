using Atelier.Abstractions.Jobs;

namespace Atelier.Abstractions.Workers;

/// <summary>What a job wants of the workers, as it tells the dispatcher.</summary>
[GenerateSerializer, Immutable, Alias("atelier.JobDemand")]
public sealed record JobDemand
{
    /// <summary>The job.</summary>
    [Id(0)] public required string JobId { get; init; }

    /// <summary>Its class and share.</summary>
    [Id(1)] public required JobScheduling Scheduling { get; init; }

    /// <summary>Digest of the model that draws it; workers that have it loaded keep to it for a while.</summary>
    [Id(2)] public required string ModelDigest { get; init; }

    /// <summary>Pieces of work that nobody holds; 0 when only slow ones could be done a second time.</summary>
    [Id(3)] public required int Open { get; init; }

    /// <summary>Samples of a full shard.</summary>
    [Id(4)] public required int ShardSamples { get; init; }
}

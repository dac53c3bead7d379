
namespace Atelier.Abstractions.Workers;

/// <summary>
/// Leave to do one piece of work. A lease is an attempt: its id names the files written under it, its failure and its commit. It only saves work: correctness never depends on
/// who holds it.
/// </summary>
[GenerateSerializer, Immutable, Alias("atelier.WorkLease")]
public sealed record WorkLease
{
    /// <summary>What stands for the shard when the job is closed.</summary>
    public const int CloseShard = -1;

    /// <summary>What stands for the shard when its row ids are indexed.</summary>
    public const int IndexShard = -2;

    /// <summary>This lease, and the attempt made under it.</summary>
    [Id(0)] public required Guid Id { get; init; }

    /// <summary>The job.</summary>
    [Id(1)] public required string JobId { get; init; }

    /// <summary>The job's incarnation; work for another one is refused.</summary>
    [Id(2)] public required Guid Incarnation { get; init; }

    /// <summary>What to do.</summary>
    [Id(3)] public required WorkKind Kind { get; init; }

    /// <summary>The shard; <see cref="CloseShard"/> or <see cref="IndexShard"/> where the work is about no shard.</summary>
    [Id(4)] public required int Shard { get; init; }

    /// <summary>How long the lease lasts without a heartbeat.</summary>
    [Id(5)] public required TimeSpan Duration { get; init; }

    /// <summary>Samples to be drawn; 0 when nothing is.</summary>
    [Id(6)] public int Samples { get; init; }

    /// <summary>Who it was given to; a grain that adopts the lease learns it from here.</summary>
    [Id(7)] public WorkerInfo? Worker { get; init; }

    /// <summary>The trace in which the job was created, as a W3C <c>traceparent</c>; null where it was created in none.</summary>
    [Id(8)] public string? Trace { get; init; }
}

using Atelier.Abstractions.Workers;

namespace Atelier.Abstractions.Fleet;

/// <summary>What a worker is doing, as its silo says.</summary>
[GenerateSerializer, Immutable, Alias("atelier.WorkerState")]
public sealed record WorkerState
{
    /// <summary>The worker, its device and the digest of the model it has loaded.</summary>
    [Id(0)] public required WorkerInfo Worker { get; init; }

    /// <summary>Name of the model it has loaded; null before the first.</summary>
    [Id(1)] public string? Model { get; init; }

    /// <summary>The job it works on; null when it has no work.</summary>
    [Id(2)] public string? JobId { get; init; }

    /// <summary>The shard it draws; null when it draws none.</summary>
    [Id(3)] public int? Shard { get; init; }

    /// <summary>Zero-based batch of the shard.</summary>
    [Id(4)] public int? Batch { get; init; }

    /// <summary>Zero-based denoising step of the batch.</summary>
    [Id(5)] public int? Step { get; init; }

    /// <summary>Images drawn a second, as measured by denoising steps; 0 when none are.</summary>
    [Id(6)] public double ImagesPerSecond { get; init; }

    /// <summary>What last went wrong, in words; null when nothing has.</summary>
    [Id(7)] public string? LastError { get; init; }

    /// <summary>What it was told to do, as far as it knows: a fleet grain that has lost its memory learns it from here.</summary>
    [Id(8)] public WorkerOrder Order { get; init; }
}

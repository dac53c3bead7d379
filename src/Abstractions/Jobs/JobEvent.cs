namespace Atelier.Abstractions.Jobs;

/// <summary>Something that has happened to a job.</summary>
[GenerateSerializer, Immutable, Alias("atelier.JobEvent")]
public sealed record JobEvent
{
    /// <summary>Which activation of the job tells it, and its number there: <c>{epoch}-{number}</c>. Events of one epoch are in the order of their numbers.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>When it happened.</summary>
    [Id(1)] public required DateTimeOffset At { get; init; }

    /// <summary>What, as one of <see cref="JobCodes"/>.</summary>
    [Id(2)] public required string Code { get; init; }

    /// <summary>What, in words.</summary>
    [Id(3)] public required string Message { get; init; }

    /// <summary>Who decided it; null where nobody did.</summary>
    [Id(4)] public string? By { get; init; }

    /// <summary>The shard that it is about; null where it is about none.</summary>
    [Id(5)] public int? Shard { get; init; }

    /// <summary>Name of the worker that it is about; null where it is about none.</summary>
    [Id(6)] public string? Worker { get; init; }
}

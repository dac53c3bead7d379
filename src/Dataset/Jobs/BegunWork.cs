namespace Atelier.Dataset.Jobs;

/// <summary>
/// Says that a worker has a piece of work in hand; written before it begins and removed when it ends in whatever way but the death of its process.
/// </summary>
public sealed record BegunWork
{
    /// <summary>Name of the worker.</summary>
    public required string Worker { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset At { get; init; }
}

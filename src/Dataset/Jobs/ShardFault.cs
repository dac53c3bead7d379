namespace Atelier.Dataset.Jobs;

/// <summary>A failure of work through no fault of any sample, written create-only, one file for each lease, under <c>faults/</c>.</summary>
public sealed record ShardFault
{
    /// <summary>Name of the worker that failed, if known.</summary>
    public string? Worker { get; init; }

    /// <summary>What went wrong, in words for people.</summary>
    public required string Reason { get; init; }

    /// <summary>Whether the worker was lost, rather than that it reported a failure.</summary>
    public bool IsLoss { get; init; }

    /// <summary>When it was counted.</summary>
    public DateTimeOffset At { get; init; }
}

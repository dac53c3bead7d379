namespace Atelier.Abstractions.Jobs;

/// <summary>What was asked of a job, and by whom; what does not change from one second to the next.</summary>
[GenerateSerializer, Immutable, Alias("atelier.JobDescription")]
public sealed record JobDescription
{
    /// <summary>The job.</summary>
    [Id(0)] public required string JobId { get; init; }

    /// <summary>Tells it from another job that had its name before.</summary>
    [Id(1)] public required Guid Incarnation { get; init; }

    /// <summary>Its settings, as they were submitted; the digest of its model is among them.</summary>
    [Id(2)] public required JobSpec Spec { get; init; }

    /// <summary>Its submitter, class and share, as they are now.</summary>
    [Id(3)] public required JobScheduling Scheduling { get; init; }

    /// <summary>How its samples are cut into shards and batches; null before Start.</summary>
    [Id(4)] public JobPlan? Plan { get; init; }

    /// <summary>The numerics class that it is bound to; null before a worker was admitted, and where its spec says <c>any</c>.</summary>
    [Id(5)] public string? NumericsClass { get; init; }

    /// <summary>When it was created.</summary>
    [Id(6)] public required DateTimeOffset Created { get; init; }

    /// <summary>When something was last decided about it; null when nothing was.</summary>
    [Id(7)] public DateTimeOffset? Changed { get; init; }

    /// <summary>When it was completed or cancelled; null when it was not, and where the store does not say.</summary>
    [Id(8)] public DateTimeOffset? Ended { get; init; }

    /// <summary>When a worker got leave to make the files that complete it; null before, and where nobody knows any more.</summary>
    [Id(11)] public DateTimeOffset? Finalizing { get; init; }

    /// <summary>When its plan was fixed; null before, and where the store does not say.</summary>
    [Id(10)] public DateTimeOffset? Started { get; init; }

    /// <summary>Who last decided something about it, and why; null when nobody has.</summary>
    [Id(9)] public DecidedBy? LastDecision { get; init; }
}

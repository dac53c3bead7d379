using Atelier.Abstractions.Jobs;

namespace Atelier.Dataset.Staging;

/// <summary>What is fixed when a job is created, written create-only as <c>job.json</c>.</summary>
public sealed record JobRecord
{
    /// <summary>What to make, as its submitter asked.</summary>
    public required JobSpec Spec { get; init; }

    /// <summary>Tells this job from another that had its name before and was deleted.</summary>
    public required Guid Incarnation { get; init; }

    /// <summary>When the job was created; in no file of the dataset itself.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The trace in which it was created, as a W3C <c>traceparent</c>; null where it was created in none.</summary>
    public string? Trace { get; init; }
}

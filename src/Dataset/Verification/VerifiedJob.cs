using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Verification;

/// <summary>The job whose files are compared, as far as its own files say what it is.</summary>
internal sealed record VerifiedJob(IStore Store, string Id, JobSpec Spec, JobPlan Plan)
{
    /// <summary>The incarnation that stats must name; null where <c>job.json</c> cannot be read.</summary>
    public required Guid? Incarnation { get; init; }

    /// <summary>Whether it says that it is finished.</summary>
    public required bool IsFinished { get; init; }

    /// <summary>The class that all shards must be of; null where any is allowed, or none is known.</summary>
    public string? NumericsClass { get; set; }

    /// <summary>Rows of the job's list, chunk by chunk.</summary>
    public required StagedRows Rows { get; init; }

    /// <summary>Gives samples their seeds.</summary>
    public required SeedOfSample SeedOf { get; init; }
}

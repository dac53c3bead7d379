using System.Collections.Immutable;

namespace Atelier.Abstractions.Jobs;

/// <summary>Some jobs of the store, and how many there are.</summary>
[GenerateSerializer, Immutable, Alias("atelier.JobPage")]
public sealed record JobPage
{
    /// <summary>The jobs, in ordinal order of their names.</summary>
    [Id(0)] public required ImmutableArray<JobListing> Jobs { get; init; }

    /// <summary>Jobs that the query asks for, on all its pages.</summary>
    [Id(1)] public required int Total { get; init; }

    /// <summary>How many jobs of the submitter, or of all, stand where; whatever statuses are asked for. What is not named has none.</summary>
    [Id(2)] public required ImmutableDictionary<JobStatus, int> Counts { get; init; }

    /// <summary>When the store was listed; what jobs say of themselves is at most some seconds older.</summary>
    [Id(3)] public required DateTimeOffset AsOf { get; init; }
}

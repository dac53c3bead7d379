using System.Collections.Immutable;

namespace Atelier.Abstractions.Jobs;

/// <summary>Which jobs of the store are wanted.</summary>
[GenerateSerializer, Immutable, Alias("atelier.JobQuery")]
public sealed record JobQuery
{
    /// <summary>Most jobs of one page.</summary>
    public const int MaxCount = 1000;

    /// <summary>Jobs whose name comes after this one, in ordinal order; null to begin.</summary>
    [Id(0)] public string? After { get; init; }

    /// <summary>Jobs of the page at most, 1 to <see cref="MaxCount"/>.</summary>
    /// <value>Default 200.</value>
    [Id(1)] public int Count { get; init; } = 200;

    /// <summary>Where they stand; empty for all.</summary>
    [Id(2)] public ImmutableArray<JobStatus> Statuses { get; init; } = [];

    /// <summary>Who they are for; null for all.</summary>
    [Id(3)] public string? Submitter { get; init; }

    /// <summary>Whether jobs that were created a moment ago must be among them: the store is listed for it, and otherwise every two seconds at most.</summary>
    /// <value>Default false.</value>
    [Id(4)] public bool IsFresh { get; init; }

    /// <summary>Refuses values that are out of range.</summary>
    /// <exception cref="InvalidInputException">Names the setting, its value and what is allowed.</exception>
    public void Check()
    {
        if (Count is < 1 or > MaxCount) throw new InvalidInputException($"count is '{Count}'; allowed: 1 to {MaxCount}");
        if (Statuses.IsDefault) throw new InvalidInputException("statuses is missing; allowed: a list, which may be empty");
        foreach (var status in Statuses)
        {
            if (!Enum.IsDefined(status) || status == JobStatus.Unknown)
                throw new InvalidInputException($"status is '{status}'; allowed: {string.Join(", ", Enum.GetNames<JobStatus>()[1..]).ToLowerInvariant()}");
        }
    }
}

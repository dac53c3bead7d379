using Atelier.Abstractions.Jobs;

namespace Atelier.Bench.Run;

/// <summary>The job that <c>run</c> measures.</summary>
internal sealed record RunOptions
{
    /// <summary>The prompt list.</summary>
    public required string Prompts { get; init; }

    /// <summary>Folder of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Workers, of one thread each.</summary>
    public required int Workers { get; init; }

    /// <summary>How often everything is measured.</summary>
    public required int Rounds { get; init; }

    /// <summary>Settings of the job but for the digest of its model.</summary>
    public required JobSpec Spec { get; init; }
}

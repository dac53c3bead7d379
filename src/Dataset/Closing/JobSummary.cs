using Atelier.Abstractions.Jobs;

namespace Atelier.Dataset.Closing;

/// <summary>
/// A finished job in one page, written create-only as <c>summary.json</c> when all its other files are there. Equal jobs, made by any
/// number of workers of one numerics class, have equal summaries.
/// </summary>
public sealed record JobSummary
{
    /// <summary>Samples of the job, with an image or without.</summary>
    public required long Samples { get; init; }

    /// <summary>Samples that have an image.</summary>
    public required long Images { get; init; }

    /// <summary>Samples that have none; <c>errors.jsonl</c> lists them.</summary>
    public required long Failed { get; init; }

    /// <summary>Samples whose prompt was cut to the model's context.</summary>
    public required long Truncated { get; init; }

    /// <summary>Failures by error code, in ordinal order of the codes.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>Shards, and so tar and parquet files, of the job.</summary>
    public required int Shards { get; init; }

    /// <summary>Length of all tar and parquet files together, in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>
    /// The dataset's fingerprint: lower-case hex SHA-256 of what
    /// <c>find shards -name '*.tar' -o -name '*.parquet' | LC_ALL=C sort | xargs sha256sum</c> prints in the job's folder (for more than
    /// 100,000 shards, with the lines in the order of the shards).
    /// </summary>
    public required string DatasetSha256 { get; init; }

    /// <summary>The numerics classes that the samples were made in, in ordinal order; one, unless the spec allows any.</summary>
    public required IReadOnlyList<string> NumericsClasses { get; init; }

    /// <summary>What was asked for.</summary>
    public required JobSpec Spec { get; init; }

    /// <summary>How it was cut into shards and batches.</summary>
    public required JobPlan Plan { get; init; }
}

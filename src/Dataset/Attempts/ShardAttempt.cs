using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Jobs;

namespace Atelier.Dataset.Attempts;

/// <summary>One worker's try at one shard.</summary>
public sealed record ShardAttempt
{
    /// <summary>Name of the job.</summary>
    public required string Job { get; init; }

    /// <summary>The job's incarnation.</summary>
    public required Guid Incarnation { get; init; }

    /// <summary>The job's spec.</summary>
    public required JobSpec Spec { get; init; }

    /// <summary>The job's plan.</summary>
    public required JobPlan Plan { get; init; }

    /// <summary>Zero-based shard number.</summary>
    public required int Shard { get; init; }

    /// <summary>Names the attempt; made by the worker.</summary>
    public required Guid Attempt { get; init; }

    /// <summary>The worker's numerics class.</summary>
    public required string NumericsClass { get; init; }

    /// <summary>Path of the tar file that the attempt writes.</summary>
    public string TarPath => JobPaths.AttemptTar(Job, Shard, Attempt);

    /// <summary>Path of the parquet file that the attempt writes.</summary>
    public string ParquetPath => JobPaths.AttemptParquet(Job, Shard, Attempt);
}

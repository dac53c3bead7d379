namespace Atelier.Abstractions.Shards;

/// <summary>
/// What a worker says of a finished shard. Written create-only as <c>shards/00000.json</c>; that the file exists is the commit, and the
/// attempt named in it owns the shard.
/// </summary>
[GenerateSerializer, Immutable, Alias("atelier.ShardStats")]
public sealed record ShardStats
{
    /// <summary>Zero-based shard number.</summary>
    [Id(0)] public required int Shard { get; init; }

    /// <summary>The job incarnation the shard was made for.</summary>
    [Id(1)] public required Guid Incarnation { get; init; }

    /// <summary>The attempt that made the files; its files are <c>attempts/{shard}-{attempt}.tar</c> and <c>.parquet</c> until promoted.</summary>
    [Id(2)] public required Guid Attempt { get; init; }

    /// <summary>Number of the shard's first sample.</summary>
    [Id(3)] public required long FirstSample { get; init; }

    /// <summary>Samples in the shard.</summary>
    [Id(4)] public required int Samples { get; init; }

    /// <summary>Samples that have no image, with an error code in the parquet file.</summary>
    [Id(5)] public required int Failed { get; init; }

    /// <summary>Samples whose prompt was cut to the model's context.</summary>
    [Id(6)] public required int Truncated { get; init; }

    /// <summary>Failures by error code.</summary>
    [Id(7)] public required IReadOnlyDictionary<string, int> Errors { get; init; }

    /// <summary>Lower-case hex SHA-256 of the tar file.</summary>
    [Id(8)] public required string TarSha256 { get; init; }

    /// <summary>Length of the tar file in bytes.</summary>
    [Id(9)] public required long TarBytes { get; init; }

    /// <summary>Lower-case hex SHA-256 of the parquet file.</summary>
    [Id(10)] public required string ParquetSha256 { get; init; }

    /// <summary>Length of the parquet file in bytes.</summary>
    [Id(11)] public required long ParquetBytes { get; init; }

    /// <summary>The numerics class the samples were made in.</summary>
    [Id(12)] public required string NumericsClass { get; init; }
}

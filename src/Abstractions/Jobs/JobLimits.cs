
namespace Atelier.Abstractions.Jobs;

/// <summary>Bounds that hold for every job.</summary>
public static class JobLimits
{
    /// <summary>Rows of one staged chunk; the last chunk may hold fewer.</summary>
    public const int ChunkRows = 1000;

    /// <summary>The greatest guidance scale, of a job or a row; the least is its negative.</summary>
    public const double MaxGuidanceScale = 1000;

    /// <summary>Characters of the name of whoever decides about a job, and of the reason.</summary>
    public const int MaxReason = 500;

    /// <summary>Shards of a job. A job is known by listing its files, and a listing of more takes minutes.</summary>
    public const int MaxShards = 1_000_000;

    /// <summary>Rows of a job; a listing of more chunks takes as long.</summary>
    public const long MaxRows = 1000L * 1000 * ChunkRows;

    /// <summary>Samples that may go through the network together.</summary>
    public const int MaxBatchSize = 4096;

    /// <summary>Bytes of one input; a grain call carries it whole.</summary>
    public const int MaxInputBytes = 8 << 20;

    /// <summary>Times that work on one shard may fail through no fault of its samples before it is set aside; counted durably.</summary>
    public const int MaxFaults = 3;

    /// <summary>
    /// Times that a worker may be lost while it works on one shard before that is set aside; counted durably. More than <see cref="MaxFaults"/>, since
    /// machines are killed for many reasons, and a shard seldom is one.
    /// </summary>
    public const int MaxLosses = 10;

    /// <summary>Most pixels along a side of an image.</summary>
    public const int MaxImageSide = 4096;
}

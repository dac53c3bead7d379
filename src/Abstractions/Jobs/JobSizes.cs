namespace Atelier.Abstractions.Jobs;

/// <summary>
/// The sizes of batches and shards that a spec leaves to the job: functions of its number of samples N alone, never of workers or machines, so that the
/// images stay a function of the job. A small job is cut small, so that several workers have something to do and progress shows early; from
/// <see cref="LargestShard"/> * <see cref="FewestShards"/> samples on, sizes do not grow any more.
/// <code>
/// samples      1  2-3  4-15  16-63  64-127  128-255  256-511  512 and more
/// batch        1    1     2      4       8        8       16            16
/// shard        1    1     2      4       8       16       32            64
/// </code>
/// </summary>
public static class JobSizes
{
    /// <summary>The largest batch that is chosen.</summary>
    public const int LargestBatch = 16;

    /// <summary>The largest shard that is chosen, unless the batch is larger.</summary>
    public const int LargestShard = 64;

    /// <summary>A shard has several batches only where there are at least so many shards.</summary>
    public const int FewestShards = 8;

    /// <summary>
    /// Samples of a batch: the largest power of two b with b * b &lt;= N, so that there are at least as many batches as samples in each, b &lt;=
    /// <see cref="LargestBatch"/>, and b no more than a shard holds.
    /// </summary>
    /// <param name="samples">N, at least 1.</param>
    /// <param name="shardSize">Samples of a shard where the spec gives them.</param>
    public static int Batch(long samples, int? shardSize = null)
    {
        var batch = 1;
        while (2 * batch <= Math.Min(LargestBatch, shardSize ?? LargestBatch) && 2L * batch * 2 * batch <= samples) batch *= 2;
        return batch;
    }

    /// <summary>
    /// Samples of a shard: the largest power of two of batches that is at most <see cref="LargestShard"/> samples and of which N holds at least
    /// <see cref="FewestShards"/>; one batch where there is none.
    /// </summary>
    /// <param name="samples">N, at least 1.</param>
    /// <param name="batchSize">Samples of a batch; null where a device chooses them, which gets full shards to choose from.</param>
    public static int Shard(long samples, int? batchSize)
    {
        if (batchSize is not { } shard) return LargestShard;
        while (2 * shard <= LargestShard && 2L * shard * FewestShards <= samples) shard *= 2;
        return shard;
    }
}

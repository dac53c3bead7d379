using System.Text.Json.Serialization;

namespace Atelier.Abstractions.Jobs;

/// <summary>
/// The job's samples and how they are cut into shards and batches, fixed once at Start and written create-only as <c>plan.json</c>.
/// Sample number i belongs to row i / ImagesPerPrompt and is its image i % ImagesPerPrompt; shard k holds the samples from
/// k * ShardSize; within a shard, batch b holds its samples from b * BatchSize, the last batch padded.
/// </summary>
[GenerateSerializer, Immutable, Alias("atelier.JobPlan")]
public sealed record JobPlan
{
    /// <summary>The format of shards that this version writes and reads.</summary>
    public const int KnownShardFormat = 2;

    /// <summary>
    /// The format of the job's shards: which columns their tables have, and how their files are laid out. It goes up with every change to them, so that a version that does not know
    /// a job's format leaves the job to those that do, instead of writing other bytes into it.
    /// </summary>
    [Id(5), JsonRequired] public int ShardFormat { get; init; } = KnownShardFormat;

    /// <summary>Rows of the job.</summary>
    [Id(0)] public required long Rows { get; init; }

    /// <summary>Images made for each row.</summary>
    [Id(1)] public required int ImagesPerPrompt { get; init; }

    /// <summary>Samples of one shard; the last shard may hold fewer.</summary>
    [Id(2)] public required int ShardSize { get; init; }

    /// <summary>
    /// Samples of one batch; every batch is padded to it. Null while the spec leaves it open and no worker has proposed one yet: then <c>plan.json</c>
    /// says <c>auto</c>, and <c>batch.json</c> will hold the number.
    /// </summary>
    [Id(3), JsonConverter(typeof(AutoBatch))] public required int? BatchSize { get; init; }

    /// <summary>Rows of one chunk of <c>prompts/</c>; the last chunk may hold fewer.</summary>
    [Id(4)] public required int ChunkRows { get; init; }

    /// <summary>Whether any row has an id of its own, so that an index of them is made.</summary>
    [Id(6)] public bool HasRowIds { get; init; }

    /// <summary>When the plan was fixed; null where nobody has said.</summary>
    [Id(7), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTimeOffset? Started { get; init; }

    /// <summary>Refuses a format of shards that this version does not know.</summary>
    /// <param name="shardFormat">The format.</param>
    /// <param name="place">What has it, for the message.</param>
    /// <exception cref="InvalidInputException">It is another than <see cref="KnownShardFormat"/>.</exception>
    public static void CheckShardFormat(int shardFormat, string place)
    {
        if (shardFormat != KnownShardFormat)
            throw new InvalidInputException($"{place} has shard_format {shardFormat}; this version knows {KnownShardFormat}: use the version of Atelier that began the job");
    }

    /// <summary>The plan of a job: what the spec says, and by <see cref="JobSizes"/> what it leaves to the job.</summary>
    /// <param name="spec">A checked spec.</param>
    /// <param name="rows">Rows of the job, at least 1.</param>
    /// <exception cref="InvalidInputException">The job would be too large; the message says what is allowed.</exception>
    public static JobPlan Of(JobSpec spec, long rows)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        if (rows > JobLimits.MaxRows) throw new InvalidInputException($"the job has {rows:N0} rows; allowed: up to {JobLimits.MaxRows:N0}");
        // At most 10^9 rows and 2^31 images of each: no overflow.
        var samples = rows * spec.ImagesPerPrompt;
        int? batchSize = spec.BatchSize.IsByDevice ? null : spec.BatchSize.Number ?? JobSizes.Batch(samples, spec.ShardSize.Number);
        var shardSize = spec.ShardSize.Number ?? JobSizes.Shard(samples, batchSize);
        if ((samples - 1) / shardSize >= JobLimits.MaxShards)
        {
            throw new InvalidInputException(
                $"{samples:N0} images in shards of {shardSize:N0} are {(samples - 1) / shardSize + 1:N0} shards; allowed: up to {JobLimits.MaxShards:N0}, so shards of {(samples - 1) / JobLimits.MaxShards + 1:N0} or more");
        }
        return new JobPlan
        {
            Rows = rows,
            ImagesPerPrompt = spec.ImagesPerPrompt,
            ShardSize = shardSize,
            BatchSize = batchSize,
            ChunkRows = JobLimits.ChunkRows,
        };
    }

    /// <summary>The spec with the plan's sizes in place of those that it leaves to the job.</summary>
    /// <param name="spec">The job's spec.</param>
    public JobSpec Settle(JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec with
        {
            BatchSize = spec.BatchSize.IsByJob && BatchSize is { } batchSize ? batchSize : spec.BatchSize,
            ShardSize = spec.ShardSize.IsByJob ? ShardSize : spec.ShardSize,
        };
    }

    /// <summary>Samples of the job, N.</summary>
    public long Samples => Rows * ImagesPerPrompt;

    /// <summary>Shards of the job.</summary>
    public int Shards => checked((int)((Samples + ShardSize - 1) / ShardSize));

    /// <summary>The number of the first sample of a shard.</summary>
    /// <param name="shard">Zero-based shard number.</param>
    public long FirstSample(int shard) => (long)shard * ShardSize;

    /// <summary>How many samples a shard holds.</summary>
    /// <param name="shard">Zero-based shard number.</param>
    public int SamplesIn(int shard) => (int)Math.Min(ShardSize, Samples - FirstSample(shard));
}

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

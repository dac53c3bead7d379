using System.Text.Json.Serialization;
using Atelier.Abstractions.Sampling;
using Atelier.Abstractions.Shards;

namespace Atelier.Abstractions.Jobs;

/// <summary>
/// Everything about a job that decides its images and files, apart from its rows. Two jobs with equal specs and equal rows produce
/// byte-identical shards on workers of one numerics class. How many workers run it is not part of it.
/// </summary>
[GenerateSerializer, Immutable, Alias("atelier.JobSpec")]
public sealed record JobSpec
{
    /// <summary>Name of the model folder, such as <c>shapes</c>; workers look it up among their own models.</summary>
    [Id(0)] public required string Model { get; init; }

    /// <summary>SHA-256 of the model folder's contents, lower-case hex; a worker whose folder differs does not take the job.</summary>
    [Id(1)] public required string ModelDigest { get; init; }

    /// <summary>Scale s in eps(null) + s * (eps(y) - eps(null)) (Ho and Salimans 2022, arXiv:2207.12598); finite, usually 0 to 10.</summary>
    /// <value>Default 3.</value>
    [Id(2)] public double GuidanceScale { get; init; } = 3;

    /// <summary>One of <see cref="SamplerNames.All"/>.</summary>
    /// <value>Default <c>ancestral</c>, GLIDE's own choice.</value>
    [Id(3)] public string Sampler { get; init; } = SamplerNames.Ancestral;

    /// <summary>Number of denoising steps, 1 to the number of timesteps the model was trained with.</summary>
    /// <value>Default 30.</value>
    [Id(4)] public int Steps { get; init; } = 30;

    /// <summary>DDIM's eta: 0 is deterministic given x_T, 1 has the variance of ancestral sampling. 0 to 1; used by ddim only.</summary>
    /// <value>Default 0.</value>
    [Id(5)] public double Eta { get; init; }

    /// <summary>Images made for each row, 1 to 10,000.</summary>
    /// <value>Default 1.</value>
    [Id(6)] public int ImagesPerPrompt { get; init; } = 1;

    /// <summary>The job's seed, from which every sample's own seed follows.</summary>
    /// <value>Default 0.</value>
    [Id(7)] public ulong Seed { get; init; }

    /// <summary>
    /// Samples that go through the network together, 1 to <see cref="JobLimits.MaxBatchSize"/>. Part of the spec because floating-point results depend
    /// on it. Left to the job, the plan has the largest power of two that still makes as many batches as there are samples in one, up to
    /// <see cref="JobSizes.LargestBatch"/>; left to the device, the first worker to get a lease proposes what suits it, and the plan keeps that.
    /// </summary>
    /// <value>Default <see cref="SizeChoice.ByJob"/>.</value>
    [Id(8)] public SizeChoice BatchSize { get; init; }

    /// <summary>
    /// Samples of one shard: of one lease, one commit, one tar file. 1 to 1,000,000, or left to the job: as many batches as
    /// still make some shards for several workers, up to <see cref="JobSizes.LargestShard"/> samples.
    /// </summary>
    /// <value>Default <see cref="SizeChoice.ByJob"/>.</value>
    [Id(9)] public SizeChoice ShardSize { get; init; }

    /// <summary>One of <see cref="ImageFormats.All"/>.</summary>
    /// <value>Default <c>png</c>.</value>
    [Id(10)] public string Format { get; init; } = ImageFormats.Png;

    /// <summary>Quality of lossy formats, 1 to 100.</summary>
    /// <value>Default 95.</value>
    [Id(11)] public int Quality { get; init; } = 95;

    /// <summary>
    /// Which numerics classes may work on the job: <c>same</c> (that of the first worker to get a lease), <c>any</c>, or the hash of one class.
    /// </summary>
    /// <value>Default <c>same</c>.</value>
    [Id(12)] public string Numerics { get; init; } = "same";

    /// <summary>How classifier-free guidance is applied.</summary>
    [Id(13)] public GuidanceSpec Guidance { get; init; } = new();

    /// <summary>The text that guidance leads away from, in place of the null caption; a row may have its own.</summary>
    /// <value>Default empty.</value>
    [Id(14)] public string NegativePrompt { get; init; } = "";

    /// <summary>
    /// Scale s of classifier guidance, eps - sqrt(1 - alphaBar_t) s grad log p(y | x_t) (Dhariwal and Nichol 2021, arXiv:2105.05233); for rows with a
    /// label and models with a classifier. Finite, usually 0 to 10; 0 is none.
    /// </summary>
    /// <value>Default 1.</value>
    [Id(15)] public double ClassifierScale { get; init; } = 1;

    /// <summary>Whether images are enlarged by the model's upsampler, where it has one.</summary>
    /// <value>Default true.</value>
    [Id(16)] public bool Upsample { get; init; } = true;

    /// <summary>Width of the images in pixels, for models that draw any: a multiple of what the model says, up to <see cref="JobLimits.MaxImageSide"/>; null is the model's own.</summary>
    /// <value>Default null.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [Id(17)] public int? Width { get; init; }

    /// <summary>Height of the images in pixels, as their width.</summary>
    /// <value>Default null.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [Id(18)] public int? Height { get; init; }

    /// <summary>What the model's own files say of its licence, which the dataset card repeats; up to 100 characters, null where they say nothing.</summary>
    /// <value>Default null.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [Id(19)] public string? ModelLicence { get; init; }
}

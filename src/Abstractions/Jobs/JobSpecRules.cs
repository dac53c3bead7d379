using System.Globalization;
using Atelier.Abstractions.Sampling;
using Atelier.Abstractions.Shards;

namespace Atelier.Abstractions.Jobs;

/// <summary>What a job spec may hold, and how two of them differ.</summary>
public static class JobSpecRules
{
    /// <summary>Refuses a spec that no worker could carry out. Bounds that depend on the model are the model's to check.</summary>
    /// <param name="spec">The spec.</param>
    /// <exception cref="InvalidInputException">Names the setting, its value and what is allowed.</exception>
    public static void Check(JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        Require(!string.IsNullOrWhiteSpace(spec.Model), "model", spec.Model, "the name of a model folder");
        Require(IsSha256(spec.ModelDigest), "model digest", spec.ModelDigest, "64 hexadecimal digits");
        Require(IsGuidanceScale(spec.GuidanceScale), "guidance scale", spec.GuidanceScale, GuidanceScaleRange);
        Require(SamplerNames.All.Contains(spec.Sampler), "sampler", spec.Sampler, string.Join(", ", SamplerNames.All));
        Require(spec.Steps >= 1, "steps", spec.Steps, "1 to the number of timesteps the model was trained with");
        Require(spec.Steps >= SamplerNames.FewestSteps(spec.Sampler), "steps", spec.Steps, $"{SamplerNames.FewestSteps(spec.Sampler)} or more with {spec.Sampler}");
        Require(spec.Eta is >= 0 and <= 1, "eta", spec.Eta, "0 to 1");
        Require(spec.Eta == 0 || spec.Sampler == SamplerNames.Ddim, "eta", spec.Eta, $"0 with {spec.Sampler}; only {SamplerNames.Ddim} has it");
        Require(spec.ImagesPerPrompt is >= 1 and <= 10_000, "images per prompt", spec.ImagesPerPrompt, "1 to 10000");
        Require(
            spec.BatchSize.Number is null or (>= 1 and <= JobLimits.MaxBatchSize), "batch", spec.BatchSize,
            $"1 to {JobLimits.MaxBatchSize}, {SizeChoice.ByJobWord} or {SizeChoice.ByDeviceWord}");
        Require(
            spec.ShardSize is { IsByJob: true } or { Number: >= 1 and <= 1_000_000 }, "shard size", spec.ShardSize, $"1 to 1000000, or {SizeChoice.ByJobWord}");
        Require(ImageFormats.All.Contains(spec.Format), "format", spec.Format, string.Join(", ", ImageFormats.All));
        Require(spec.Quality is >= 1 and <= 100, "quality", spec.Quality, "1 to 100");
        Require(spec.NegativePrompt is not null, "negative prompt", spec.NegativePrompt, "a text, which may be empty");
        Require(IsGuidanceScale(spec.ClassifierScale), "classifier scale", spec.ClassifierScale, GuidanceScaleRange);
        Require(spec.Width is null or (>= 8 and <= JobLimits.MaxImageSide), "width", spec.Width, $"8 to {JobLimits.MaxImageSide}, in steps of what the model allows");
        Require(spec.Height is null or (>= 8 and <= JobLimits.MaxImageSide), "height", spec.Height, $"8 to {JobLimits.MaxImageSide}, in steps of what the model allows");
        Require(spec.ModelLicence is null or { Length: > 0 and <= 100 }, "model licence", spec.ModelLicence, "1 to 100 characters");
        Check(spec.Guidance);
        Require(spec.Numerics is "same" or "any" || IsSha256(spec.Numerics), "numerics", spec.Numerics, "same, any, or the hash of a numerics class");
    }

    private static void Check(GuidanceSpec guidance)
    {
        Require(guidance is not null, "guidance", guidance, "an object");
        Require(GuidanceNames.Methods.Contains(guidance!.Method), "guidance method", guidance.Method, string.Join(", ", GuidanceNames.Methods));
        Require(guidance.IntervalStart is >= 0 and <= 1, "guidance interval start", guidance.IntervalStart, "0 to 1");
        Require(guidance.IntervalEnd <= 1 && guidance.IntervalEnd >= guidance.IntervalStart, "guidance interval end", guidance.IntervalEnd, "the interval's start to 1");
        Require(GuidanceNames.Weights.Contains(guidance.Weights), "guidance weights", guidance.Weights, string.Join(", ", GuidanceNames.Weights));
        Require(guidance.Rescale is >= 0 and <= 1, "guidance rescale", guidance.Rescale, "0 to 1");
        Require(guidance.ThresholdPercentile is > 0 and <= 1, "threshold percentile", guidance.ThresholdPercentile, "above 0 to 1");
        Require(guidance.ApgEta is >= 0 and <= 1000, "apg eta", guidance.ApgEta, "0 to 1000");
        Require(guidance.ApgNormThreshold is >= 0 and <= 1e6, "apg norm threshold", guidance.ApgNormThreshold, "0 to 1000000");
        Require(guidance.ApgMomentum is > -1 and < 1, "apg momentum", guidance.ApgMomentum, "above -1 to below 1");
    }

    /// <summary>
    /// The settings in which two specs differ, each as "name: old there, new here". A size that is asked to be left to the job agrees with any: whoever
    /// wants a certain one says so.
    /// </summary>
    /// <param name="existing">Spec of the job that exists.</param>
    /// <param name="asked">Spec that was asked for.</param>
    public static IReadOnlyList<string> Differences(JobSpec existing, JobSpec asked)
    {
        var differences = new List<string>();
        Compare("model", existing.Model, asked.Model);
        Compare("model digest", existing.ModelDigest, asked.ModelDigest);
        Compare("guidance scale", existing.GuidanceScale, asked.GuidanceScale);
        Compare("sampler", existing.Sampler, asked.Sampler);
        Compare("steps", existing.Steps, asked.Steps);
        Compare("eta", existing.Eta, asked.Eta);
        Compare("images per prompt", existing.ImagesPerPrompt, asked.ImagesPerPrompt);
        Compare("seed", existing.Seed, asked.Seed);
        if (!asked.BatchSize.IsByJob) Compare("batch", existing.BatchSize, asked.BatchSize);
        if (!asked.ShardSize.IsByJob) Compare("shard size", existing.ShardSize, asked.ShardSize);
        Compare("format", existing.Format, asked.Format);
        Compare("quality", existing.Quality, asked.Quality);
        Compare("numerics", existing.Numerics, asked.Numerics);
        Compare("classifier scale", existing.ClassifierScale, asked.ClassifierScale);
        Compare("upsample", existing.Upsample, asked.Upsample);
        Compare("width", existing.Width?.ToString(CultureInfo.InvariantCulture) ?? "the model's", asked.Width?.ToString(CultureInfo.InvariantCulture) ?? "the model's");
        Compare("height", existing.Height?.ToString(CultureInfo.InvariantCulture) ?? "the model's", asked.Height?.ToString(CultureInfo.InvariantCulture) ?? "the model's");
        Compare("negative prompt", existing.NegativePrompt, asked.NegativePrompt);
        Compare("model licence", existing.ModelLicence ?? "not said", asked.ModelLicence ?? "not said");
        Compare("guidance method", existing.Guidance.Method, asked.Guidance.Method);
        Compare("guidance interval start", existing.Guidance.IntervalStart, asked.Guidance.IntervalStart);
        Compare("guidance interval end", existing.Guidance.IntervalEnd, asked.Guidance.IntervalEnd);
        Compare("guidance weights", existing.Guidance.Weights, asked.Guidance.Weights);
        Compare("guidance rescale", existing.Guidance.Rescale, asked.Guidance.Rescale);
        Compare("threshold percentile", existing.Guidance.ThresholdPercentile, asked.Guidance.ThresholdPercentile);
        Compare("apg eta", existing.Guidance.ApgEta, asked.Guidance.ApgEta);
        Compare("apg norm threshold", existing.Guidance.ApgNormThreshold, asked.Guidance.ApgNormThreshold);
        Compare("apg momentum", existing.Guidance.ApgMomentum, asked.Guidance.ApgMomentum);
        return differences;

        void Compare<T>(string name, T there, T here)
        {
            if (!EqualityComparer<T>.Default.Equals(there, here))
                differences.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {there} there, {here} here"));
        }
    }

    /// <summary>What guidance scales are allowed, in words.</summary>
    public static string GuidanceScaleRange { get; } = string.Create(CultureInfo.InvariantCulture, $"{-JobLimits.MaxGuidanceScale} to {JobLimits.MaxGuidanceScale}");

    /// <summary>Whether a number may be a guidance scale.</summary>
    /// <param name="scale">The number.</param>
    public static bool IsGuidanceScale(double scale) => Math.Abs(scale) <= JobLimits.MaxGuidanceScale;

    /// <summary>Whether a text has the form of a SHA-256: 64 hexadecimal digits in lower case.</summary>
    /// <param name="text">The text.</param>
    public static bool IsSha256(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);

    private static void Require(bool allowed, string name, object? value, string range)
    {
        if (!allowed) throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture, $"{name} is '{value}'; allowed: {range}"));
    }
}

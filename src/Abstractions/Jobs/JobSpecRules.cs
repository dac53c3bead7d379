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
        Require(double.IsFinite(spec.GuidanceScale), "guidance scale", spec.GuidanceScale, "a finite number");
        Require(SamplerNames.All.Contains(spec.Sampler), "sampler", spec.Sampler, string.Join(", ", SamplerNames.All));
        Require(spec.Steps >= 1, "steps", spec.Steps, "1 to the number of timesteps the model was trained with");
        Require(spec.Eta is >= 0 and <= 1, "eta", spec.Eta, "0 to 1");
        Require(spec.ImagesPerPrompt is >= 1 and <= 10_000, "images per prompt", spec.ImagesPerPrompt, "1 to 10000");
        Require(spec.BatchSize is >= 1 and <= 4096, "batch", spec.BatchSize, "1 to 4096");
        Require(spec.ShardSize is >= 1 and <= 1_000_000, "shard size", spec.ShardSize, "1 to 1000000");
        Require(ImageFormats.All.Contains(spec.Format), "format", spec.Format, string.Join(", ", ImageFormats.All));
        Require(spec.Quality is >= 1 and <= 100, "quality", spec.Quality, "1 to 100");
        Require(spec.Numerics is "same" or "any" || IsSha256(spec.Numerics), "numerics", spec.Numerics, "same, any, or the hash of a numerics class");
    }

    /// <summary>The settings in which two specs differ, each as "name: old there, new here".</summary>
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
        Compare("batch", existing.BatchSize, asked.BatchSize);
        Compare("shard size", existing.ShardSize, asked.ShardSize);
        Compare("format", existing.Format, asked.Format);
        Compare("quality", existing.Quality, asked.Quality);
        Compare("numerics", existing.Numerics, asked.Numerics);
        return differences;

        void Compare<T>(string name, T there, T here)
        {
            if (!EqualityComparer<T>.Default.Equals(there, here))
                differences.Add(string.Create(CultureInfo.InvariantCulture, $"{name} is {there} there, {here} here"));
        }
    }

    private static void Require(bool allowed, string name, object? value, string range)
    {
        if (!allowed) throw new InvalidInputException(string.Create(CultureInfo.InvariantCulture, $"{name} is '{value}'; allowed: {range}"));
    }

    private static bool IsSha256(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);
}

using System.Globalization;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Shards;

namespace Atelier.Dataset.Verification;

/// <summary>What a row of a shard's metadata must be, by the job's spec and rows, and in itself.</summary>
internal static class RowRules
{
    /// <summary>The first thing about a row of metadata that is not as spec, plan and prompt list make it; null when there is none.</summary>
    /// <param name="row">The row.</param>
    /// <param name="sample">Number of the sample it stands for.</param>
    /// <param name="job">The job.</param>
    /// <param name="prompt">The sample's row of the prompt list; null where that cannot be read.</param>
    public static string? Difference(ShardRow row, long sample, VerifiedJob job, PromptRow? prompt)
    {
        var (spec, number, image) = (job.Spec, sample / job.Plan.ImagesPerPrompt, (int)(sample % job.Plan.ImagesPerPrompt));
        return Differs(ShardColumns.Row, number) ?? Differs(ShardColumns.Image, image) ?? Differs(ShardColumns.Sampler, spec.Sampler) ?? Differs(ShardColumns.Steps, spec.Steps)
            ?? Differs(ShardColumns.Eta, spec.Eta) ?? Differs(ShardColumns.Model, spec.Model) ?? Differs(ShardColumns.ModelDigest, spec.ModelDigest)
            ?? Differs(ShardColumns.Format, spec.Format) ?? (prompt is null ? null : DiffersFrom(prompt))
            // Which classes a model has, and whether it has a classifier, only the model knows.
            ?? (row.Label is null ? Differs(ShardColumns.Class, null) : null)
            ?? (row.Class is null ? Differs(ShardColumns.ClassifierScale, 0) : null)
            ?? (row.ClassifierScale != 0 ? Differs(ShardColumns.ClassifierScale, spec.ClassifierScale) : null);

        string? DiffersFrom(PromptRow prompt) =>
            Differs(ShardColumns.Id, prompt.Id) ?? Differs(ShardColumns.Prompt, prompt.Prompt)
            ?? Differs(ShardColumns.Seed, job.SeedOf(spec.Seed, number, prompt.Seed, image)) ?? Differs(ShardColumns.RowSeed, prompt.Seed)
            ?? Differs(ShardColumns.GuidanceScale, prompt.GuidanceScale ?? spec.GuidanceScale)
            ?? Differs(ShardColumns.NegativePrompt, prompt.NegativePrompt ?? spec.NegativePrompt) ?? Differs(ShardColumns.Label, prompt.Label)
            ?? Differs(ShardColumns.InputSha256, prompt.InputSha256);

        string? Differs<T>(ShardColumn<T> column, T made) => EqualityComparer<T>.Default.Equals(column.Get(row), made)
            ? null
            : $"has {column.Name} {Show(column.Get(row))}; spec and prompt list make it {Show(made)}";
    }

    /// <summary>What is wrong with a row in itself; null when nothing is.</summary>
    public static string? Contradiction(ShardRow row) => row.Status switch
    {
        _ when (double[])[row.GuidanceScale, row.ClassifierScale, row.Eta] is var scales && !scales.All(double.IsFinite) => $"has guidance_scale {Show(row.GuidanceScale)}, classifier_scale {Show(row.ClassifierScale)} and eta {Show(row.Eta)}",
        SampleStatus.Ok when row.ErrorCode is not null || row.ErrorMessage is not null => $"is ok and has the error {Show(row.ErrorCode ?? row.ErrorMessage)}",
        SampleStatus.Ok when row is { Width: not > 0 } or { Height: not > 0 } or { Bytes: not > 0 } => "is ok and has no size",
        SampleStatus.Ok when row.ImageOffset is null => "is ok and has no image_offset",
        SampleStatus.Ok when !JobSpecRules.IsSha256(row.PixelSha256) => $"is ok and has the pixel_sha256 {Show(row.PixelSha256)}",
        SampleStatus.Failed when row.ErrorCode is null => "is failed and has no error_code",
        SampleStatus.Failed when row is not { Width: null, Height: null, Bytes: null, ImageOffset: null, PixelSha256: null } => "is failed and has an image",
        SampleStatus.Ok or SampleStatus.Failed when row.Tokens < 0 => string.Create(CultureInfo.InvariantCulture, $"has {row.Tokens} tokens"),
        SampleStatus.Ok or SampleStatus.Failed => null,
        _ => $"has status {Show(row.Status)}; known: {SampleStatus.Ok}, {SampleStatus.Failed}",
    };

    private static string Show(object? value) => value switch
    {
        null => "absent",
        string text => $"\"{Input.PrintableText.Of(text)}\"",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}

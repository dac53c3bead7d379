using System.Globalization;
using System.Text.Json;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Json;
using Atelier.Dashboard.Pages;

namespace Atelier.Dashboard.Jobs;

/// <summary>What was asked of a job, how to ask it again, and in what it differs from another.</summary>
internal static class ParametersPage
{
    private static readonly JsonSerializerOptions Indented = new(ApiJson.Options) { WriteIndented = true };

    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet("/jobs/{job}/parameters", ShowAsync);

    private static async Task<IResult> ShowAsync(string job, string? with, JobReads jobs, HttpContext context, CancellationToken cancellationToken)
    {
        var snapshot = await jobs.GetAsync(job, cancellationToken);
        if (snapshot.Description is not { } told) return JobPages.Show(snapshot, "parameters", Parameters.Damaged);
        var other = string.IsNullOrWhiteSpace(with) ? null : (await jobs.GetAsync(with.Trim(), cancellationToken)).Description;
        return JobPages.Show(snapshot, "parameters", Parameters.Of(told, Spec(told.Spec), Command(told), Curl(told, $"{context.Request.Scheme}://{context.Request.Host}"), other));
    }

    private static string Spec(JobSpec spec) => JsonSerializer.Serialize(spec, Indented);

    /// <summary>The command that submits the same job, with the options that are not the defaults of every model.</summary>
    internal static string Command(JobDescription told)
    {
        var (spec, usual) = (told.Spec, new JobSpec { Model = told.Spec.Model, ModelDigest = told.Spec.ModelDigest });
        List<string> parts = ["atelier submit prompts.jsonl", $"--job-id {told.JobId}-again", $"--model {spec.Model}"];
        // Their defaults are the model's.
        Add("guidance", spec.GuidanceScale, double.NaN);
        Add("sampler", spec.Sampler, "");
        Add("steps", spec.Steps, 0);
        Add("eta", spec.Eta, usual.Eta);
        Add("images-per-prompt", spec.ImagesPerPrompt, usual.ImagesPerPrompt);
        Add("seed", spec.Seed, usual.Seed);
        Add("batch", spec.BatchSize, usual.BatchSize);
        Add("shard-size", spec.ShardSize, usual.ShardSize);
        Add("format", spec.Format, usual.Format);
        Add("quality", spec.Quality, usual.Quality);
        Add("classifier-scale", spec.ClassifierScale, usual.ClassifierScale);
        Add("negative-prompt", Quoted(spec.NegativePrompt), Quoted(usual.NegativePrompt));
        Add("guidance-method", spec.Guidance.Method, usual.Guidance.Method);
        Add("guidance-weights", spec.Guidance.Weights, usual.Guidance.Weights);
        Add("guidance-rescale", spec.Guidance.Rescale, usual.Guidance.Rescale);
        Add("threshold-percentile", spec.Guidance.ThresholdPercentile, usual.Guidance.ThresholdPercentile);
        Add("apg-eta", spec.Guidance.ApgEta, usual.Guidance.ApgEta);
        Add("apg-norm-threshold", spec.Guidance.ApgNormThreshold, usual.Guidance.ApgNormThreshold);
        Add("apg-momentum", spec.Guidance.ApgMomentum, usual.Guidance.ApgMomentum);
        Add("guidance-interval", Interval(spec), Interval(usual));
        if (!spec.Upsample) parts.Add("--no-upsample");
        if (spec.Width is { } width) parts.Add($"--width {width}");
        if (spec.Height is { } height) parts.Add($"--height {height}");
        if (told.Scheduling.Submitter.Length > 0) parts.Add($"--submitter {Quoted(told.Scheduling.Submitter)}");
        return string.Join(" \\\n  ", parts);

        void Add<T>(string option, T value, T usual)
        {
            if (!Equals(value, usual)) parts.Add(string.Create(CultureInfo.InvariantCulture, $"--{option} {value}"));
        }
    }

    private static string Interval(JobSpec spec) => $"{Say.Number(spec.Guidance.IntervalStart)}-{Say.Number(spec.Guidance.IntervalEnd)}";

    private static string Curl(JobDescription told, string origin) =>
        $"curl {origin}{JobLinks.Of(told.JobId)}/prompts.jsonl -o prompts.jsonl\ncurl {origin}{JobLinks.Of(told.JobId)}/spec.json -o spec.json";

    // As shells read it: nothing within single quotes means anything but the quote itself.
    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

using System.CommandLine;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Sampling;
using Atelier.Abstractions.Shards;
using Atelier.Cli.Models;
using Atelier.Dataset.Prompts;

namespace Atelier.Cli.Jobs;

/// <summary>The argument and options that say what a job is to make, the same for <c>run</c> and <c>submit</c>.</summary>
internal static class JobRequestOptions
{
    private static readonly JobSpec Defaults = new() { Model = "shapes", ModelDigest = "" };

    private static readonly Argument<string> Prompts = new("prompts")
    {
        Description = "Prompt list, or - for standard input: .txt (one a line), .jsonl (prompt, id, seed, guidance_scale, negative_prompt, label, image and mask, white where it is drawn new), .csv or .tsv with a header.",
    };

    private static readonly Option<string> ListFormat = Options.Word(
        "--list-format", [.. PromptFile.Extensions.Select(extension => extension[1..])], "Format of a list from standard input; a file's name tells its own.");

    private static readonly Option<string> Model = new("--model")
    {
        Description = "Model folder, or the name of one in models/.",
        DefaultValueFactory = _ => Defaults.Model,
    };

    private static readonly Option<double?> Guidance = Options.OptionalNumber(
        "--guidance", -JobLimits.MaxGuidanceScale, JobLimits.MaxGuidanceScale, "Classifier-free guidance scale; 1 is none, 0 ignores the prompt. [default: the model's usual one, see atelier models show]");
    private static readonly Option<int?> Steps = Options.OptionalNumber("--steps", 1, 100_000, "Denoising steps. [default: the model's usual number]");
    private static readonly Option<string?> Sampler = Options.OptionalWord(
        "--sampler", SamplerNames.All, $"How to step from noise to image: {string.Join(", ", SamplerNames.All)}. [default: the one that the model was published with]");
    private static readonly Option<double> Eta = Options.Number("--eta", Defaults.Eta, 0, 1, "DDIM's eta: 0 is deterministic, 1 as noisy as ancestral sampling.");
    private static readonly Option<int> Images = Options.Number("--images-per-prompt", Defaults.ImagesPerPrompt, 1, 10_000, "Images of each row.");
    private static readonly Option<ulong> Seed = Options.Number("--seed", Defaults.Seed, ulong.MinValue, ulong.MaxValue, "Seed of the job.");
    private static readonly Option<string> Batch = Options.NumberOr(
        "--batch", [SizeChoice.ByJobWord, SizeChoice.ByDeviceWord], 1, JobLimits.MaxBatchSize,
        $"Samples that go through the network together; part of what decides the last bits of the images. {SizeChoice.ByJobWord}: by the number of samples, up to "
            + $"{JobSizes.LargestBatch}. {SizeChoice.ByDeviceWord}: what suits the first worker's device, kept by the job.");
    private static readonly Option<string> ShardSize = Options.NumberOr(
        "--shard-size", [SizeChoice.ByJobWord], 1, 1_000_000, $"Samples of one shard. {SizeChoice.ByJobWord}: by the number of samples, up to {JobSizes.LargestShard}.");
    private static readonly Option<string> Format = Options.Word("--format", DefaultFirst(Defaults.Format, ImageFormats.All), "Image format.");
    private static readonly Option<int> Quality = Options.Number("--quality", Defaults.Quality, 1, 100, "Quality of jpg and webp.");
    private static readonly Option<double> ClassifierScale = Options.Number(
        "--classifier-scale", Defaults.ClassifierScale, -JobLimits.MaxGuidanceScale, JobLimits.MaxGuidanceScale, "Classifier guidance scale of rows with a label, where the model has a classifier; 0 is none.");
    private static readonly Option<bool> NoUpsample = new("--no-upsample") { Description = "Leave the images as small as the base network draws them." };
    private static readonly Option<int?> Width = Options.OptionalNumber(
        "--width", 8, JobLimits.MaxImageSide, "Width of the images in pixels, for models that draw any, see atelier models show. [default: the model's own]");
    private static readonly Option<int?> Height = Options.OptionalNumber("--height", 8, JobLimits.MaxImageSide, "Height of the images, as --width.");
    private static readonly Option<string> NegativePrompt = new("--negative-prompt")
    {
        Description = "Text that guidance leads away from, in place of nothing; a row may have its own (negative_prompt).",
        DefaultValueFactory = _ => Defaults.NegativePrompt,
    };

    private static readonly Option<string> GuidanceMethod = Options.Word(
        "--guidance-method", DefaultFirst(Defaults.Guidance.Method, GuidanceNames.Methods), "How the passes with and without the prompt are combined.");
    private static readonly Option<double[]> GuidanceInterval = Options.Interval(
        "--guidance-interval", [Defaults.Guidance.IntervalStart, Defaults.Guidance.IntervalEnd], 0, 1,
        "Share of time in which to guide, such as 0.1-0.7: 1 is noise, 0 the image. Outside it a step takes one pass.");
    private static readonly Option<string> GuidanceWeights = Options.Word(
        "--guidance-weights", DefaultFirst(Defaults.Guidance.Weights, GuidanceNames.Weights), "How the guidance goes over a run.");
    private static readonly Option<double> GuidanceRescale = Options.Number(
        "--guidance-rescale", Defaults.Guidance.Rescale, 0, 1, "How far to bring the guided prediction back to its unguided deviation.");
    private static readonly Option<double> Threshold = Options.Number(
        "--threshold-percentile", Defaults.Guidance.ThresholdPercentile, 0.5, 1, "Dynamic thresholding at this percentile; 1 is none.");
    private static readonly Option<double> ApgEta = Options.Number("--apg-eta", Defaults.Guidance.ApgEta, 0, 1000, "apg: weight of the part along the image.");
    private static readonly Option<double> ApgNormThreshold = Options.Number(
        "--apg-norm-threshold", Defaults.Guidance.ApgNormThreshold, 0, 1e6, "apg: longest direction; 0 is no bound.");
    private static readonly Option<double> ApgMomentum = Options.Number(
        "--apg-momentum", Defaults.Guidance.ApgMomentum, -0.999, 0.999, "apg: share of the last step's direction.");

    /// <summary>Adds them to a command.</summary>
    public static void AddTo(Command command)
    {
        command.Add(Prompts);
        foreach (var option in (Option[])[
            ListFormat, Model, Guidance, Steps, Sampler, Eta, Images, Seed, Batch, ShardSize, Format, Quality, NegativePrompt, ClassifierScale,
            NoUpsample, Width, Height, GuidanceMethod, GuidanceInterval, GuidanceWeights, GuidanceRescale, Threshold, ApgEta, ApgNormThreshold,
            ApgMomentum,
        ]) command.Add(option);
    }

    /// <summary>Opens the model and reads the whole prompt list once, so that what is wrong shows before any work starts.</summary>
    /// <exception cref="InvalidInputException">The model, a setting or a row cannot be used; the message names it.</exception>
    public static async Task<JobRequest> CheckAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var model = ModelFinder.Open(result.GetValue(Model)!);
        var spec = new JobSpec
        {
            Model = Path.GetFileName(model.Path),
            ModelDigest = model.Digest,
            ModelLicence = model.About.Licence,
            GuidanceScale = result.GetValue(Guidance) ?? model.About.Guidance,
            Sampler = result.GetValue(Sampler) ?? model.About.Samplers[0],
            Steps = result.GetValue(Steps) ?? model.About.Steps,
            Eta = result.GetValue(Eta),
            ImagesPerPrompt = result.GetValue(Images),
            Seed = result.GetValue(Seed),
            BatchSize = SizeChoice.Parse(result.GetValue(Batch)!),
            ShardSize = SizeChoice.Parse(result.GetValue(ShardSize)!),
            Format = result.GetValue(Format)!,
            Quality = result.GetValue(Quality),
            NegativePrompt = result.GetValue(NegativePrompt)!,
            ClassifierScale = result.GetValue(ClassifierScale),
            Upsample = !result.GetValue(NoUpsample),
            Width = result.GetValue(Width),
            Height = result.GetValue(Height),
            Guidance = new GuidanceSpec
            {
                Method = result.GetValue(GuidanceMethod)!,
                IntervalStart = result.GetValue(GuidanceInterval)![0],
                IntervalEnd = result.GetValue(GuidanceInterval)![1],
                Weights = result.GetValue(GuidanceWeights)!,
                Rescale = result.GetValue(GuidanceRescale),
                ThresholdPercentile = result.GetValue(Threshold),
                ApgEta = result.GetValue(ApgEta),
                ApgNormThreshold = result.GetValue(ApgNormThreshold),
                ApgMomentum = result.GetValue(ApgMomentum),
            },
        };
        JobSpecRules.Check(spec);
        if (spec.Steps > model.About.Timesteps)
            throw new InvalidInputException($"steps is '{spec.Steps}'; allowed: 1 to {model.About.Timesteps}, the timesteps of model '{spec.Model}'");
        if (model.About.ProblemWithSize(spec.Width, spec.Height) is { } problem) throw new InvalidInputException(problem);
        if (!model.About.Samplers.Contains(spec.Sampler))
            throw new InvalidInputException($"sampler is '{spec.Sampler}'; allowed with model '{spec.Model}': {string.Join(", ", model.About.Samplers)}");
        if (!model.About.IsGuided && model.About.PromptTokens is not null && (spec.Guidance != new GuidanceSpec() || spec.NegativePrompt.Length > 0))
            throw new InvalidInputException($"model '{spec.Model}' is told the guidance scale and not guided; it allows no --negative-prompt and none of the options of guidance but --guidance");
        if (spec.Guidance.ThresholdPercentile < 1 && !model.About.IsBounded)
            throw new InvalidInputException($"threshold percentile is {spec.Guidance.ThresholdPercentile}; allowed: 1 with model '{spec.Model}', which denoises latents: dynamic thresholding is for pixels");
        var list = result.GetValue(Prompts)!;
        var piped = list == PipedList.Name ? await PipedList.ReadAsync($".{result.GetValue(ListFormat)}", cancellationToken) : null;
        var request = new JobRequest(piped?.Path ?? list, model, spec) { Piped = piped };
        try
        {
            var counts = await PromptFile.ValidateAsync(request.Prompts, row => model.About.ProblemWithLabel(row.Label), request.InputSize, cancellationToken);
            return request with { Rows = counts.Rows };
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private static List<string> DefaultFirst(string value, IReadOnlyList<string> words) => [value, .. words.Where(word => word != value)];
}

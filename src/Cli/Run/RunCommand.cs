using System.CommandLine;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Sampling;
using Atelier.Abstractions.Shards;
using Atelier.Cli.Models;
using Atelier.Dataset.Prompts;
using Spectre.Console;

namespace Atelier.Cli.Run;

/// <summary><c>atelier run</c>: a prompt list into an image dataset on this machine.</summary>
internal static class RunCommand
{
    private static readonly JobSpec Defaults = new() { Model = "shapes", ModelDigest = "" };

    private static readonly Argument<string> Prompts = new("prompts")
    {
        Description = "Prompt list: .txt (one a line), .jsonl (prompt, id, seed, guidance_scale), .csv or .tsv with a header.",
    };

    private static readonly Option<string> Output = new("--out") { Description = "Job folder to create or resume.", Required = true };
    private static readonly Option<string> Model = new("--model")
    {
        Description = "Model folder, or the name of one in models/.",
        DefaultValueFactory = _ => Defaults.Model,
    };

    private static readonly Option<double> Guidance = Options.Number(
        "--guidance", Defaults.GuidanceScale, -1000, 1000, "Classifier-free guidance scale; 1 is none, 0 ignores the prompt.");
    private static readonly Option<int> Steps = Options.Number("--steps", Defaults.Steps, 1, 100_000, "Denoising steps.");
    private static readonly Option<string> Sampler = Options.Word("--sampler", DefaultFirst(Defaults.Sampler, SamplerNames.All), "How to step from noise to image.");
    private static readonly Option<double> Eta = Options.Number("--eta", Defaults.Eta, 0, 1, "DDIM's eta: 0 is deterministic, 1 as noisy as ancestral sampling.");
    private static readonly Option<int> Images = Options.Number("--images-per-prompt", Defaults.ImagesPerPrompt, 1, 10_000, "Images of each row.");
    private static readonly Option<ulong> Seed = Options.Number("--seed", Defaults.Seed, ulong.MinValue, ulong.MaxValue, "Seed of the job.");
    private static readonly Option<int> Batch = Options.Number(
        "--batch", Defaults.BatchSize, 1, 4096, "Samples that go through the network together; part of what decides the last bits of the images.");
    private static readonly Option<int> ShardSize = Options.Number("--shard-size", Defaults.ShardSize, 1, 1_000_000, "Samples of one shard.");
    private static readonly Option<string> Format = Options.Word("--format", DefaultFirst(Defaults.Format, ImageFormats.All), "Image format.");
    private static readonly Option<int> Quality = Options.Number("--quality", Defaults.Quality, 1, 100, "Quality of jpg and webp.");
    private static readonly Option<int> Workers = Options.Number(
        "--workers", Environment.ProcessorCount, 1, 256, "Workers, of one thread each. Their number does not change the images.");
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Write the log to standard error." };

    /// <summary>The command and its options.</summary>
    /// <param name="console">Where to report.</param>
    public static Command Create(IAnsiConsole console)
    {
        var command = new Command("run", "Draw every prompt of a list into an image dataset on this machine.")
        {
            Prompts, Output, Model, Guidance, Steps, Sampler, Eta, Images, Seed, Batch, ShardSize, Format, Quality, Workers, Verbose,
        };
        command.SetAction(async (result, cancellationToken) =>
            await DatasetRun.ExecuteAsync(await CheckAsync(result, cancellationToken), console, cancellationToken));
        return command;
    }

    private static async Task<RunSettings> CheckAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var model = ModelFinder.Open(result.GetValue(Model)!);
        var spec = new JobSpec
        {
            Model = Path.GetFileName(model.Path),
            ModelDigest = model.Digest,
            GuidanceScale = result.GetValue(Guidance),
            Sampler = result.GetValue(Sampler)!,
            Steps = result.GetValue(Steps),
            Eta = result.GetValue(Eta),
            ImagesPerPrompt = result.GetValue(Images),
            Seed = result.GetValue(Seed),
            BatchSize = result.GetValue(Batch),
            ShardSize = result.GetValue(ShardSize),
            Format = result.GetValue(Format)!,
            Quality = result.GetValue(Quality),
        };
        JobSpecRules.Check(spec);
        if (spec.Steps > model.Config.Diffusion.Timesteps)
            throw new InvalidInputException($"steps is '{spec.Steps}'; allowed: 1 to {model.Config.Diffusion.Timesteps}, the timesteps of model '{spec.Model}'");
        var prompts = result.GetValue(Prompts)!;
        await PromptFile.ValidateAsync(prompts, cancellationToken);
        var output = Path.TrimEndingDirectorySeparator(Path.GetFullPath(result.GetValue(Output)!));
        return new RunSettings(prompts, output, model, spec, result.GetValue(Workers), result.GetValue(Verbose));
    }

    private static List<string> DefaultFirst(string value, IReadOnlyList<string> words) => [value, .. words.Where(word => word != value)];
}

using System.CommandLine;
using Atelier.Abstractions.Sampling;
using Atelier.Cli.Models;
using Spectre.Console;

namespace Atelier.Cli.Evaluate;

/// <summary><c>atelier evaluate</c>: measures how well a model's pictures of held-out captions show what the captions say.</summary>
internal static class EvaluateCommand
{
    public static Command Create(IAnsiConsole console)
    {
        var model = new Argument<string>("model") { Description = "Model folder, or the name of one in models/." };
        var guidance = Options.Numbers("--guidance", [0, 0.5, 1, 2, 3, 5, 8], 0, 1000, "Guidance scales, separated by commas.");
        var samples = Options.Number("--samples", 128, 1, 100_000, "Captions with one object, and as many with two, for each scale.");
        var steps = Options.Number("--steps", 30, 1, 100_000, "Denoising steps.");
        var sampler = Options.Word(
            "--sampler", SamplerNames.All, "How to go from noise to image.");
        var batch = Options.Number("--batch", 16, 1, 4096, "Images that go through the network together.");
        var seed = Options.Number<ulong>("--seed", 0, 0, ulong.MaxValue, "Decides captions and noise.");
        var workers = Options.Number("--workers", Environment.ProcessorCount, 1, 1024, "Threads that draw batches side by side.");
        var compare = new Option<bool>("--compare")
        {
            Description = "Compares classifier-free with classifier guidance, samplers, and the guidance toolbox, instead of drawing held-out captions.",
        };
        var device = DeviceOption.Create();
        var output = new Option<string?>("--out") { Description = "Folder of the results; without it, evaluation inside the model folder." };

        var command = new Command("evaluate", "Draws held-out captions of the shapes world and judges the pictures.")
        {
            model, compare, guidance, samples, steps, sampler, batch, seed, workers, device, output,
        };
        command.SetAction((given, cancellationToken) =>
        {
            var folder = ModelFinder.Open(given.GetRequiredValue(model));
            var settings = new EvaluateSettings
            {
                Model = folder,
                Guidance = given.GetRequiredValue(guidance),
                Samples = given.GetValue(samples),
                Steps = given.GetValue(steps),
                Sampler = given.GetRequiredValue(sampler),
                Batch = given.GetValue(batch),
                Seed = given.GetValue(seed),
                Workers = given.GetValue(workers),
                Device = given.GetRequiredValue(device),
                Output = given.GetValue(output) ?? Path.Combine(folder.Path, "evaluation"),
            };
            return Task.FromResult(given.GetValue(compare) ? Comparison.Run(settings, console, cancellationToken) : Evaluation.Run(settings, console, cancellationToken));
        });
        return command;
    }
}

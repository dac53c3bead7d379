using System.CommandLine;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Diffusion.Devices;

namespace Atelier.Bench.Run;

/// <summary>The command <c>run</c>.</summary>
internal static class RunCommand
{
    private const int Failure = 1;
    private static readonly JobSpec Defaults = new() { Model = "shapes", ModelDigest = "" };

    /// <summary>Makes it.</summary>
    public static Command Create()
    {
        var prompts = new Option<string>("--prompts") { Description = "Prompt list.", Required = true };
        var model = new Option<string>("--model") { Description = "Folder of the model.", DefaultValueFactory = _ => Path.Combine("models", "shapes") };
        var workers = new Option<int>("--workers") { Description = "Workers, of one thread each.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var sampler = new Option<string>("--sampler") { Description = "How to step from noise to image.", DefaultValueFactory = _ => Defaults.Sampler };
        var steps = new Option<int>("--steps") { Description = "Denoising steps.", DefaultValueFactory = _ => Defaults.Steps };
        var guidance = new Option<double>("--guidance") { Description = "Guidance scale.", DefaultValueFactory = _ => Defaults.GuidanceScale };
        var images = new Option<int>("--images-per-prompt") { Description = "Images of each row.", DefaultValueFactory = _ => Defaults.ImagesPerPrompt };
        var batch = new Option<int?>("--batch") { Description = "Samples of a batch; by the size of the job where not given." };
        var shard = new Option<int?>("--shard-size") { Description = "Samples of a shard; by the size of the job where not given." };
        var small = new Option<bool>("--no-upsample") { Description = "Leave the images as small as the base network draws them." };
        var rounds = new Option<int>("--rounds") { Description = "How often everything is measured; the fastest counts.", DefaultValueFactory = _ => 2 };
        var command = new Command("run", "What `atelier run` costs beyond the drawing, and where that goes.")
        {
            prompts, model, workers, sampler, steps, guidance, images, batch, shard, small, rounds,
        };
        command.SetAction((result, _) => MeasureAsync(new RunOptions
        {
            Prompts = result.GetValue(prompts)!,
            Model = result.GetValue(model)!,
            Workers = result.GetValue(workers),
            Rounds = result.GetValue(rounds),
            Spec = Defaults with
            {
                Sampler = result.GetValue(sampler)!,
                Steps = result.GetValue(steps),
                GuidanceScale = result.GetValue(guidance),
                ImagesPerPrompt = result.GetValue(images),
                BatchSize = result.GetValue(batch) is { } samples ? samples : SizeChoice.ByJob,
                ShardSize = result.GetValue(shard) is { } held ? held : SizeChoice.ByJob,
                Upsample = !result.GetValue(small),
            },
        }));
        return command;
    }

    private static async Task<int> MeasureAsync(RunOptions options)
    {
        NativeRuntime.Configure();
        try
        {
            if (options.Workers is < 1 or > 256) throw new InvalidInputException($"--workers is {options.Workers}; allowed: 1 to 256");
            if (options.Rounds is < 1 or > 1000) throw new InvalidInputException($"--rounds is {options.Rounds}; allowed: 1 to 1000");
            await RunBenchmark.RunAsync(options);
            return 0;
        }
        catch (Exception bad) when (bad is InvalidInputException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(bad.Message);
            return Failure;
        }
    }
}

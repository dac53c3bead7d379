using System.CommandLine;
using Atelier.Abstractions.Jobs;
using Atelier.Bench.Run;
using Atelier.Diffusion.Devices;

namespace Atelier.Bench.Telemetry;

/// <summary>The command <c>telemetry</c>.</summary>
internal static class TelemetryCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create()
    {
        var prompts = new Option<string>("--prompts") { Description = "Prompt list.", DefaultValueFactory = _ => Path.Combine("examples", "prompts.txt") };
        var model = new Option<string>("--model") { Description = "Folder of the model.", DefaultValueFactory = _ => Path.Combine("models", "shapes") };
        var workers = new Option<int>("--workers") { Description = "Workers, of one thread each.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var steps = new Option<int>("--steps") { Description = "Denoising steps.", DefaultValueFactory = _ => 30 };
        var rounds = new Option<int>("--rounds") { Description = "Pairs of jobs.", DefaultValueFactory = _ => 5 };
        var command = new Command("telemetry", "What it adds to a small job to be measured: metrics fetched each second, traces, metrics and logs sent by OTLP.") { prompts, model, workers, steps, rounds };
        command.SetAction(async (result, _) =>
        {
            NativeRuntime.Configure();
            await TelemetryBenchmark.RunAsync(new RunOptions
            {
                Prompts = result.GetValue(prompts)!,
                Model = result.GetValue(model)!,
                Workers = result.GetValue(workers),
                Rounds = result.GetValue(rounds),
                Spec = new JobSpec { Model = "shapes", ModelDigest = "", Steps = result.GetValue(steps), Upsample = false },
            });
            return 0;
        });
        return command;
    }
}

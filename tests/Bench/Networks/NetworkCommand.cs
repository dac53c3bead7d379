using System.CommandLine;
using Atelier.Diffusion.Devices;
using TorchSharp;

namespace Atelier.Bench.Networks;

/// <summary>The command <c>network</c>.</summary>
internal static class NetworkCommand
{
    public static Command Create()
    {
        var config = new Option<string>("--config") { Description = "config.json of a UNet2DConditionModel.", DefaultValueFactory = _ => "tests/Bench/Configs/sdxl-unet.json" };
        var precision = new Option<torch.ScalarType>("--precision") { Description = "What it computes in.", DefaultValueFactory = _ => torch.ScalarType.BFloat16 };
        var size = new Option<int>("--size") { Description = "Height and width of latents.", DefaultValueFactory = _ => 128 };
        var steps = new Option<int>("--steps") { Description = "How many steps.", DefaultValueFactory = _ => 1 };
        var threads = new Option<int>("--threads") { Description = "Threads of an operation.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var command = new Command("network", "A UNet of latent diffusion with random weights: memory and times of loading and of a step. Writes 5 GB to the temporary folder.")
        {
            config, precision, size, steps, threads,
        };
        command.SetAction((result, _) =>
        {
            NativeRuntime.Configure();
            NetworkBenchmark.Run(result.GetValue(config)!, result.GetValue(precision), result.GetValue(size), result.GetValue(steps), result.GetValue(threads));
            return Task.CompletedTask;
        });
        return command;
    }
}

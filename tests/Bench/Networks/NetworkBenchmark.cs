using System.Diagnostics;
using Atelier.Bench.Sample;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Bench.Networks;

/// <summary>
/// A UNet of latent diffusion with random weights: how long it takes to load from a file and to compute one step, and how much memory the host needs for
/// either. The file is written to a temporary folder first and deleted at the end.
/// </summary>
internal static class NetworkBenchmark
{
    private const int Tokens = 77, TimeIds = 6;

    /// <summary>Prints the table.</summary>
    /// <param name="configPath">config.json of a UNet2DConditionModel.</param>
    /// <param name="precision">What it computes in.</param>
    /// <param name="size">Height and width of latents.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="threads">Threads of an operation.</param>
    public static void Run(string configPath, ScalarType precision, int size, int steps, int threads)
    {
        set_num_threads(threads);
        var config = NetworkConfig.Read<UNet2DConditionConfig>(configPath);
        var shapes = new ShapeSource(precision);
        new UNet2DCondition(config, shapes).Dispose();
        var folder = Directory.CreateTempSubdirectory("atelier-network-");
        try
        {
            var path = Path.Combine(folder.FullName, "weights.safetensors");
            RandomWeights.Write(path, shapes.Taken);
            var table = new Table("what", "seconds", "GB of host memory at most");
            table.WriteHead();
            table.WriteRow(["before", "", Gigabytes(ProcessMemory.Peak)]);
            var watch = Stopwatch.StartNew();
            using var source = new CheckpointSource([path], precision);
            using var network = source.Load(weights => new UNet2DCondition(config, weights));
            table.WriteRow([$"load {network.Parameters:N0} parameters, {Gigabytes(shapes.Bytes)} GB", $"{watch.Elapsed.TotalSeconds:F1}", Gigabytes(ProcessMemory.Peak)]);
            for (var step = 0; step < steps; step++)
            {
                watch.Restart();
                Step(network, size);
                table.WriteRow([$"step {step + 1} of {size} x {size} latents", $"{watch.Elapsed.TotalSeconds:F1}", Gigabytes(ProcessMemory.Peak)]);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Step(UNet2DCondition network, int size)
    {
        using var scope = NewDisposeScope();
        var config = network.Config;
        var sized = config.AdditionEmbedType == "text_time";
        var output = network.Forward(
            randn(1, config.InChannels, size, size), tensor(500L), randn(1, Tokens, config.EncoderHidDim ?? config.CrossAttentionDim[0]),
            sized ? randn(1, config.ProjectionClassEmbeddingsInputDim!.Value - (TimeIds * config.AdditionTimeEmbedDim!.Value)) : null,
            sized ? randn(1, TimeIds) : null);
        if (!output.isfinite().all().item<bool>()) Console.WriteLine("the output is not finite");
    }

    private static string Gigabytes(long bytes) => $"{bytes / 1e9:F2}";
}

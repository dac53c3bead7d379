using System.Text.Json;
using Atelier.Bench.Sample.Onnx;

namespace Atelier.Bench.Sample;

/// <summary>All figures of a run, as a table and as JSON.</summary>
internal sealed record SampleResult
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>How it was measured.</summary>
    public required SampleOptions Options { get; init; }

    /// <summary>What ran it: processor or GPU.</summary>
    public required string Machine { get; init; }

    /// <summary>What convolutions computed in.</summary>
    public required string Precision { get; init; }

    /// <summary>Weights of the whole network, and of those the UNet's.</summary>
    public required (long All, long UNet) Parameters { get; init; }

    /// <summary>The shape of 3x3 convolutions that takes most of the multiplications.</summary>
    public required OnnxConvolution Dominant { get; init; }

    /// <summary>The matrix product, the convolution, a call, a loop, and a call of ONNX Runtime; the last two may not have run.</summary>
    public required IReadOnlyList<Timing> Timings { get; init; }

    /// <summary>Bytes: the process's peak before ONNX Runtime came, growth during a call of all workers, and the same of ONNX Runtime with its sessions.</summary>
    public required (long Peak, long Call, long? Onnx) Memory { get; init; }

    /// <summary>Greatest difference of the two outputs and greatest value in ours; null where nothing says that the weights are the same.</summary>
    public (double Difference, double Largest)? Agreement { get; init; }

    private Timing MatMul => Timings[0];

    private Timing Convolution => Timings[1];

    private Timing Call => Timings[2];

    private Timing? Onnx => Timings.FirstOrDefault(timing => timing.Name == SampleBenchmark.OnnxName && timing.Runs > 0);

    /// <summary>Writes Markdown.</summary>
    public void Print()
    {
        Console.WriteLine($"{Path.GetFileName(Options.Config)}: {Parameters.All / 1e6:N1} M weights, {Parameters.UNet / 1e6:N1} M of them the UNet's; batch {Options.Batch}, {Precision}, {Options.Workers} worker(s) of {Options.Threads} thread(s)");
        Console.WriteLine($"{Machine}, {Environment.ProcessorCount} cores; least and median of {Call.Runs} rounds");
        Console.WriteLine();
        var table = new Table("what", "least ms", "median ms", "GFLOP", "GFLOP/s", "% of matmul peak", "% of conv peak", "images/s");
        table.WriteHead();
        foreach (var timing in Timings.Where(timing => timing.Runs > 0))
            table.WriteRow(
            [
                timing.Name, $"{1000 * timing.Least:N1}", $"{1000 * timing.Median:N1}", $"{timing.Flops / 1e9:N1}", $"{timing.FlopRate / 1e9:N1}",
                $"{100 * timing.FlopRate / MatMul.FlopRate:N1}", $"{100 * timing.FlopRate / Convolution.FlopRate:N1}",
                timing.ImageRate is { } rate ? $"{rate:N3}" : "",
            ]);
        Console.WriteLine();
        Console.WriteLine($"memory: peak {Megabytes(Memory.Peak)}, growth during a call {Megabytes(Memory.Call)}{(Memory.Onnx is { } more ? $"; ONNX Runtime: sessions and a call {Megabytes(more)}" : "")}");
        if (Onnx is not null)
        {
            Console.WriteLine($"throughput, ours / ONNX Runtime: {Onnx.Least / Call.Least:N3} of the least times, {Onnx.Median / Call.Median:N3} of the medians");
            Console.WriteLine(Agreement is { } agreement
                ? $"same weights: outputs differ by at most {agreement.Difference:E1}, of values up to {agreement.Largest:N2}"
                : "nothing says that the file has the same weights, so that outputs were not compared");
        }
    }

    /// <summary>Writes JSON.</summary>
    public void Write(string file) => File.WriteAllText(file, JsonSerializer.Serialize(
        new
        {
            options = Options,
            machine = Machine,
            cores = Environment.ProcessorCount,
            precision = Precision,
            parameters = Parameters.All,
            unet_parameters = Parameters.UNet,
            dominant_convolution = Dominant,
            timings = Timings.Where(timing => timing.Runs > 0).Select(timing => new
            {
                name = timing.Name,
                runs = timing.Runs,
                least_ms = 1000 * timing.Least,
                median_ms = 1000 * timing.Median,
                gflop = timing.Flops / 1e9,
                gflops_per_second = timing.FlopRate / 1e9,
                share_of_matmul_peak = timing.FlopRate / MatMul.FlopRate,
                share_of_convolution_peak = timing.FlopRate / Convolution.FlopRate,
                images_per_second = timing.ImageRate,
            }),
            peak_bytes = Memory.Peak,
            call_growth_bytes = Memory.Call,
            onnx_growth_bytes = Memory.Onnx,
            throughput_over_onnx = Onnx?.Least / Call.Least,
            median_throughput_over_onnx = Onnx?.Median / Call.Median,
            greatest_difference = Agreement?.Difference,
            greatest_value = Agreement?.Largest,
        }, Indented));

    private static string Megabytes(long bytes) => $"{bytes / 1e6:N0} MB";
}

using System.Diagnostics;
using Atelier.Bench.Run;
using Atelier.Diffusion.Devices;
using Atelier.Diffusion.Models;
using Atelier.Silo.Hosting;
using Atelier.Simulation;

namespace Atelier.Bench.Telemetry;

/// <summary>
/// What telemetry adds to a job: the same job in this process with nobody who listens and with all who may, in turns. The listeners run here too, so that
/// their own work counts against it.
/// </summary>
internal static class TelemetryBenchmark
{
    /// <summary>Measures and prints.</summary>
    /// <param name="options">The job.</param>
    /// <exception cref="InvalidDataException">The model cannot be used, or the job failed.</exception>
    public static async Task RunAsync(RunOptions options)
    {
        var model = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Model));
        var spec = options.Spec with { Model = Path.GetFileName(model), ModelDigest = ModelFolder.Open(model).Digest };
        var workers = new WorkerOptions { Count = options.Workers, Devices = "cpu", Models = new Dictionary<string, string> { [spec.Model] = model } };
        var folder = Directory.CreateTempSubdirectory("atelier-bench-").FullName;
        try
        {
            // The first of each compiles its code.
            for (var warm = 0; warm < 2; warm++) await MeasureAsync(warm == 1, $"warm-{warm}");
            var table = new Table("round", "off s", "on s", "on / off", "off CPU s", "on CPU s", "on / off", "fetches", "KB", "OTLP messages", "KB");
            Console.WriteLine($"{spec.Sampler}, {spec.Steps} steps, {options.Workers} worker(s), {DeviceNames.Cpu}, {Environment.ProcessorCount} cores");
            Console.WriteLine();
            table.WriteHead();
            var (times, loads) = (new List<double>(), new List<double>());
            for (var round = 0; round < options.Rounds; round++)
            {
                var onFirst = round % 2 == 1;
                var first = await MeasureAsync(onFirst, $"{round}-first");
                var second = await MeasureAsync(!onFirst, $"{round}-second");
                var (off, on) = onFirst ? (second, first) : (first, second);
                times.Add(on.Time / off.Time);
                loads.Add(on.Processor / off.Processor);
                table.WriteRow([$"{round + 1}", Seconds(off.Time), Seconds(on.Time), $"{times[^1]:N4}", Seconds(off.Processor), Seconds(on.Processor), $"{loads[^1]:N4}",
                    $"{on.Scraped.Count}", $"{on.Scraped.Bytes / 1000}", $"{on.Sent.Count}", $"{on.Sent.Bytes / 1000}"]);
            }
            Console.WriteLine();
            Console.WriteLine($"median of on / off: time {Quartiles(times)}; processor time {Quartiles(loads)}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task<Measured> MeasureAsync(bool isOn, string name)
        {
            await using var listeners = isOn ? new Listeners() : null;
            using var log = new DrawLog(workers);
            var processor = Environment.CpuUsage.TotalTime;
            var job = await HostedJob.RunAsync(options, spec, workers, log, Path.Combine(folder, name), listeners is null ? null : listeners.AddTo);
            return new Measured(
                Stopwatch.GetElapsedTime(job.Submitted, job.Complete), Environment.CpuUsage.TotalTime - processor, listeners?.Scraped ?? default, listeners?.Sent ?? default);
        }
    }

    private static string Quartiles(List<double> ratios)
    {
        var sorted = ratios.Order().ToList();
        return $"{At(0.5):N4} (quartiles {At(0.25):N4} and {At(0.75):N4})";

        double At(double share) => sorted[(int)Math.Round(share * (sorted.Count - 1))];
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:N3}";

    private sealed record Measured(TimeSpan Time, TimeSpan Processor, (int Count, long Bytes) Scraped, (int Count, long Bytes) Sent);
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Atelier.Bench.Sample;
using Atelier.Diffusion.Devices;
using Atelier.Diffusion.Models;
using Atelier.Silo.Hosting;
using Atelier.Simulation;

namespace Atelier.Bench.Run;

/// <summary>
/// What a dataset costs beyond the drawing: the command <c>atelier run</c> as a process; the same job in this process, where its devices are watched;
/// and the same batches again with nothing else around them. They take turns, and the fastest of each counts.
/// </summary>
internal static class RunBenchmark
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
        var (commands, jobs, bare) = (new List<CommandTimes>(), new List<(HostedJob Job, DrawLog Log)>(), new List<TimeSpan>());
        try
        {
            for (var round = 0; round < options.Rounds; round++)
            {
                commands.Add(await CommandTimes.MeasureAsync(options, Path.Combine(folder, $"{round}", "command")));
                var log = new DrawLog(workers);
                jobs.Add((await HostedJob.RunAsync(options, spec, workers, log, Path.Combine(folder, $"{round}", "store")), log));
                bare.Add(Bare(options.Workers, log));
            }
            var (job, logged) = jobs.MinBy(each => each.Job.Complete - each.Job.Submitted);
            Print(options, commands.MinBy(command => command.All)!, job, logged, bare.Min());
        }
        finally
        {
            foreach (var (_, log) in jobs) log.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    // The same batches with the same weights, each worker taking the next as soon as it is free.
    private static TimeSpan Bare(int workers, DrawLog log)
    {
        using var crew = new Crew(workers, threads: 1);
        var left = new ConcurrentQueue<DrawnBatch>(log.Batches);
        return crew.Time(_ =>
        {
            while (left.TryDequeue(out var batch)) batch.DrawAgain();
        });
    }

    private static void Print(RunOptions options, CommandTimes command, HostedJob job, DrawLog log, TimeSpan bare)
    {
        var samples = log.Batches.Sum(batch => batch.Samples);
        Console.WriteLine($"{samples} samples in {log.Batches.Count} batches of {options.Spec.BatchSize}, shards of {options.Spec.ShardSize}, {options.Spec.Sampler}, {options.Spec.Steps} steps, {options.Workers} worker(s)");
        Console.WriteLine($"{DeviceNames.Cpu}, {Environment.ProcessorCount} cores; the fastest of {options.Rounds} rounds");
        Console.WriteLine();
        var whole = new Table("what", "s", "images/s", "bare drawing, % of it");
        whole.WriteHead();
        foreach (var (what, time) in new[]
        {
            ("`atelier run`, the process", command.All), ("... of it the job", command.Job), ("the job in this process", Stopwatch.GetElapsedTime(job.Submitted, job.Complete)),
            ("the batches alone", bare),
        }) whole.WriteRow([what, Seconds(time), $"{samples / time.TotalSeconds:N3}", $"{100 * (bare / time):N1}"]);

        Console.WriteLine();
        Console.WriteLine("Where the time of the process goes:");
        Console.WriteLine();
        var process = new Table("phase", "s", "% of the process");
        process.WriteHead();
        foreach (var (phase, time) in new[] { ("start: runtime, check of model and prompts, silo", command.Start), ("job", command.Job), ("end: silo and process stop", command.End) })
            process.WriteRow([phase, Seconds(time), $"{100 * (time / command.All):N1}"]);

        Console.WriteLine();
        Console.WriteLine("Where the time of the devices goes in the job in this process, from submission to completion:");
        Console.WriteLine();
        var devices = new Table("phase", "s of all workers", "% of them");
        devices.WriteHead();
        var all = (job.Complete - job.Submitted) * (double)options.Workers;
        foreach (var (phase, ticks) in DeviceUse.Account(job, log, options.Workers)) devices.WriteRow([phase, $"{ticks / Stopwatch.Frequency:N3}", $"{100 * ticks / all:N1}"]);

        Console.WriteLine();
        Console.WriteLine($"silo start {Seconds(Stopwatch.GetElapsedTime(job.Begun, job.Started))} s, submission {Seconds(Stopwatch.GetElapsedTime(job.Started, job.Submitted))} s, silo stop {Seconds(Stopwatch.GetElapsedTime(job.Complete, job.Stopped))} s");
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:N3}";
}

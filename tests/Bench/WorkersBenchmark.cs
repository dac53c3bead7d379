using System.Diagnostics;
using Atelier.Abstractions.Jobs;
using Atelier.Silo.Hosting;
using Atelier.Silo.Leasing;
using Atelier.Simulation;

namespace Atelier.Bench;

/// <summary>
/// Real workers, shard files and grains around devices that only let time pass: which share of their time the devices draw, from the start of the job to
/// its last shard, and where the rest goes.
/// </summary>
internal static class WorkersBenchmark
{
    private const int BatchSize = 4;
    private const int Steps = 10;
    private const int ImageSize = 8;

    /// <summary>Runs a job for each number of workers and prints a row for it.</summary>
    /// <param name="counts">Workers of each run.</param>
    /// <param name="batchTime">How long a batch takes.</param>
    /// <param name="batches">Batches of a shard.</param>
    /// <param name="shardsPerWorker">Shards for each worker.</param>
    /// <param name="latency">How late the store answers.</param>
    public static async Task RunAsync(IReadOnlyList<int> counts, TimeSpan batchTime, int batches, int shardsPerWorker, TimeSpan latency)
    {
        var table = new Table(
            "workers", "samples/s", "efficiency %", "without start and end %", "lost: start %", "device %", "between batches %", "between shards %",
            "end %", "ms between shards", "cores busy", "closing ms");
        Console.WriteLine($"batches of {batchTime.TotalMilliseconds} ms, {batches} a shard, {shardsPerWorker} shards a worker, store {latency.TotalMilliseconds} ms away, {Environment.ProcessorCount} cores");
        table.WriteHead();
        table.WriteRow(["(warm-up)", .. (await MeasureAsync(2, TimeSpan.FromMilliseconds(20), batches, 10, latency)).Skip(1)]);
        foreach (var workers in counts) table.WriteRow(await MeasureAsync(workers, batchTime, batches, shardsPerWorker, latency));
    }

    private static async Task<string[]> MeasureAsync(int workers, TimeSpan batchTime, int batches, int shardsPerWorker, TimeSpan latency)
    {
        var store = new DistantStore(latency);
        var (shards, shardSize) = (workers * shardsPerWorker, batches * BatchSize);
        var devices = new DeviceTimes(shardSize);
        await using var silo = await BenchSilo.StartAsync(store, services =>
        {
            services.AddSimulatedModels(new SimulationOptions { ImageSize = ImageSize, BatchTime = batchTime, OnBatch = devices.Begin, Wait = devices.Wait });
            services.AddWorkers(new WorkerOptions { Count = workers, Devices = "cpu", Models = new Dictionary<string, string>() });
        });
        var job = await BenchJob.StageAsync(silo.Grains, "workers", shards * shardSize, new JobSpec
        {
            Model = "bench",
            ModelDigest = BenchJob.ModelDigest,
            BatchSize = BatchSize,
            ShardSize = shardSize,
            Steps = Steps,
        });

        var (start, cpu) = (Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
        await job.Start(shards * shardSize);
        while ((await job.GetProgress()).ShardsFinished < shards) await Task.Delay(5);
        var end = Stopwatch.GetTimestamp();
        var busy = (Process.GetCurrentProcess().TotalProcessorTime - cpu) / Stopwatch.GetElapsedTime(start, end);
        while (!(await job.GetProgress()).IsFinal) await Task.Delay(5);
        var closing = Stopwatch.GetElapsedTime(end);

        var loss = devices.Account(start, end, workers, batchTime);
        return
        [
            $"{workers}", $"{shards * shardSize / Stopwatch.GetElapsedTime(start, end).TotalSeconds:N1}",
            Percent(loss.Drawing), $"{100 * loss.Drawing / (1 - loss.Start - loss.End):N1}", Percent(loss.Start), Percent(loss.Overrun),
            Percent(loss.BetweenBatches), Percent(loss.BetweenShards), Percent(loss.End),
            $"{loss.BetweenShardsTime.TotalMilliseconds:N1}", $"{busy:N2}", $"{closing.TotalMilliseconds:N0}",
        ];
    }

    private static string Percent(double share) => $"{100 * share:N1}";
}

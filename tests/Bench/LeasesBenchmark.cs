using System.Diagnostics;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Stores;
using Orleans.Core.Internal;

namespace Atelier.Bench;

/// <summary>
/// Jobs of 100 samples a shard: every shard is leased and committed through the real grains. Of each job a tenth is left over, for the new activation
/// that recovers it.
/// </summary>
internal static class LeasesBenchmark
{
    private const int ShardSize = 100;
    private const int ImagesPerPrompt = 1000;
    private static readonly TimeSpan HeartbeatTime = TimeSpan.FromSeconds(2);

    /// <summary>Runs one job of each size and prints a row for it; the first row is of a job that warms up.</summary>
    /// <param name="sizes">Shards of the jobs.</param>
    /// <param name="workers">Workers that call at once.</param>
    /// <param name="folder">Where jobs live; null for memory.</param>
    public static async Task RunAsync(IReadOnlyList<int> sizes, int workers, string? folder)
    {
        var table = new Table(
            "shards", "samples", "start ms", "shards/s", "samples/s", "first tenth/s", "last tenth/s", "heartbeats/s",
            "grain after start KB", "grain at end KB", "bytes/shard", "store MB", "recovery read ms", "recovery to lease ms");
        Console.WriteLine($"{workers} workers, store: {folder ?? "memory"}, {Environment.ProcessorCount} cores");
        table.WriteHead();
        table.WriteRow(["(warm-up)", .. (await MeasureAsync("warm-up", 1000, workers, Open(folder))).Skip(1)]);
        foreach (var shards in sizes) table.WriteRow(await MeasureAsync($"job-{shards}", shards, workers, Open(folder)));
    }

    private static IStore Open(string? folder) => folder is null ? new MemoryStore() : StoreLocation.Parse(folder).OpenUntried();

    private static async Task<string[]> MeasureAsync(string id, int shards, int workers, IStore store)
    {
        await using var silo = await BenchSilo.StartAsync(store);
        var rows = Math.Max(1, (int)((long)shards * ShardSize / ImagesPerPrompt));
        var job = await BenchJob.StageAsync(silo.Grains, id, rows, new JobSpec
        {
            Model = "bench",
            ModelDigest = BenchJob.ModelDigest,
            ShardSize = ShardSize,
            ImagesPerPrompt = ImagesPerPrompt,
        });
        var (atRest, clock) = (Heap.Bytes(), Stopwatch.StartNew());
        await job.Start(rows);
        var start = clock.Elapsed;
        var started = Heap.Bytes();

        var direct = new DirectWorkers(silo.Grains, job, store);
        var (drawn, held) = (shards - shards / 10, Math.Min(1000, shards / 20));
        var tenths = await direct.RunAsync(workers, drawn);
        var rate = drawn / tenths.Sum(tenth => tenth.TotalSeconds);
        var heartbeats = await BeatAsync(job, direct, held, workers);

        var atEnd = Heap.Bytes();
        await DeactivateAsync(silo, job);
        var forgotten = Heap.Bytes();

        clock.Restart();
        while ((await job.GetProgress()).Status == JobStatus.Recovering) await Task.Delay(1);
        var read = clock.Elapsed;
        var info = DirectWorkers.Info(0);
        var lease = await direct.AcquireAsync(info);
        var leased = clock.Elapsed;
        await direct.MakeAsync(info, lease);
        return
        [
            $"{shards:N0}", $"{(long)shards * ShardSize:N0}", $"{start.TotalMilliseconds:N0}", $"{rate:N0}", $"{rate * ShardSize:N0}",
            $"{drawn / 10 / tenths[0].TotalSeconds:N0}", $"{drawn / 10 / tenths[^1].TotalSeconds:N0}", $"{heartbeats:N0}",
            $"{(started - atRest) / 1024.0:N0}", $"{(atEnd - forgotten) / 1024.0:N0}", $"{(double)(atEnd - forgotten) / shards:N1}",
            $"{(forgotten - atRest) / 1048576.0:N0}", $"{read.TotalMilliseconds:N0}", $"{leased.TotalMilliseconds:N0}",
        ];
    }

    /// <summary>Heartbeats a second for leases that different workers hold; the leases are given back.</summary>
    private static async Task<double> BeatAsync(IJobGrain job, DirectWorkers direct, int held, int callers)
    {
        var leases = new List<WorkLease>();
        for (var number = 0; number < held; number++) leases.Add(await direct.AcquireAsync(DirectWorkers.Info(number)));
        var (beats, clock) = (0L, Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var next = caller; clock.Elapsed < HeartbeatTime; next += callers)
            {
                if (!(await job.Heartbeat([new LeaseProgress(leases[next % leases.Count], new WorkProgress(ShardSize / 2.0))])).IsEmpty) throw new InvalidOperationException("a lease is not wanted any more");
                Interlocked.Increment(ref beats);
            }
        })));
        var rate = beats / clock.Elapsed.TotalSeconds;
        foreach (var lease in leases) await job.Return(lease, null);
        return rate;
    }

    private static async Task DeactivateAsync(BenchSilo silo, IJobGrain job)
    {
        await job.Cast<IGrainManagementExtension>().DeactivateOnIdle();
        while (await silo.CountJobGrainsAsync() > 0) await Task.Delay(10);
    }
}

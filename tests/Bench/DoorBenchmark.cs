using System.Collections.Concurrent;
using System.Diagnostics;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Stores;

namespace Atelier.Bench;

/// <summary>
/// A store of many jobs, few of which have work, at one silo: workers lease and commit shards of all of them through the real grains, while others ask how jobs are
/// and list them.
/// </summary>
internal static class DoorBenchmark
{
    private const int ShardSize = 100;
    private const int Rows = 20;
    private const int AtOnce = 16;
    private const int StatusCallers = 8;

    /// <summary>Runs it once and prints a row.</summary>
    /// <param name="jobs">Jobs of the store.</param>
    /// <param name="active">Those of them that have work: 200 shards each.</param>
    /// <param name="workers">Workers that ask at once.</param>
    /// <param name="duration">How long they work.</param>
    public static async Task RunAsync(int jobs, int active, int workers, TimeSpan duration)
    {
        var store = new MemoryStore();
        await using var silo = await BenchSilo.StartAsync(store);
        Console.WriteLine($"{workers:N0} workers, {Environment.ProcessorCount} cores");
        for (var job = active; job < jobs; job++) await EndAsync(store, Name(job));
        var clock = Stopwatch.StartNew();
        var started = await StartAsync(silo.Grains, active);
        var start = clock.Elapsed;

        var cold = await ListAsync(silo.Grains, jobs);
        await Task.Delay(TimeSpan.FromSeconds(3));
        var idle = await ListAsync(silo.Grains, jobs);
        using var stop = new CancellationTokenSource();
        var (acquired, asked, listed) = (new ConcurrentBag<double>(), new ConcurrentBag<double>(), new ConcurrentBag<double>());
        var work = Enumerable.Range(0, workers).Select(number => WorkAsync(silo.Grains, started, number, acquired, stop.Token))
            .Concat(Enumerable.Range(0, StatusCallers).Select(seed => AskAsync(silo.Grains, active, seed, asked, stop.Token)))
            .Append(ListAgainAsync(silo.Grains, jobs, listed, stop.Token)).ToList();
        clock.Restart();
        await Task.Delay(duration);
        var (leases, calls) = (acquired.Count / clock.Elapsed.TotalSeconds, asked.Count / clock.Elapsed.TotalSeconds);
        await stop.CancelAsync();
        await Task.WhenAll(work);

        var table = new Table(
            "jobs", "active", "start s", "leases/s", "lease p50 ms", "lease p99 ms", "status calls/s", "status p50 ms", "status p99 ms",
            "first list ms", "list ms", "list at work, median ms");
        table.WriteHead();
        table.WriteRow(
        [
            $"{jobs:N0}", $"{active:N0}", $"{start.TotalSeconds:N1}", $"{leases:N0}", At(acquired, 0.5), At(acquired, 0.99), $"{calls:N0}", At(asked, 0.5), At(asked, 0.99),
            $"{cold.TotalMilliseconds:N0}", $"{idle.TotalMilliseconds:N0}", At(listed, 0.5),
        ]);
    }

    private static string Name(int job) => $"job-{job:00000}";

    private static async Task EndAsync(IStore store, string job)
    {
        await JobIndex.AddAsync(store, job);
        await JobIndex.FinishAsync(store, job, new JobOutcome
        {
            Status = JobStatus.Completed,
            Samples = ShardSize,
            Finished = ShardSize,
            Failed = 0,
            Created = DateTimeOffset.UnixEpoch,
            Ended = DateTimeOffset.UnixEpoch,
            Submitter = "bench",
        });
    }

    private static async Task<Dictionary<string, DirectWorkers>> StartAsync(IGrainFactory grains, int active)
    {
        var spec = new JobSpec { Model = "bench", ModelDigest = BenchJob.ModelDigest, ShardSize = ShardSize, ImagesPerPrompt = 10 * ShardSize };
        var started = new ConcurrentDictionary<string, DirectWorkers>();
        await Parallel.ForEachAsync(Enumerable.Range(0, active), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            var job = await BenchJob.StageAsync(grains, Name(number), Rows, spec);
            await job.Start(Rows);
            started[Name(number)] = new DirectWorkers(grains, job, store: null);
        });
        return new Dictionary<string, DirectWorkers>(started);
    }

    private static Task WorkAsync(
        IGrainFactory grains, Dictionary<string, DirectWorkers> jobs, int number, ConcurrentBag<double> acquired, CancellationToken stop) =>
        RepeatAsync(async () =>
        {
            var info = DirectWorkers.Info(number);
            var begun = Stopwatch.GetTimestamp();
            if (await grains.GetGrain<IDispatcherGrain>(0).Acquire(info, stop) is not { } lease) return;
            acquired.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            if (lease.Kind == WorkKind.Draw) await jobs[lease.JobId].MakeAsync(info, lease);
            else await grains.GetGrain<IJobGrain>(lease.JobId).Complete(lease);
        }, stop);

    private static Task AskAsync(IGrainFactory grains, int active, int seed, ConcurrentBag<double> asked, CancellationToken stop)
    {
        var random = new Random(seed);
        return RepeatAsync(async () =>
        {
            var begun = Stopwatch.GetTimestamp();
            await grains.GetGrain<IJobGrain>(Name(random.Next(active))).GetProgress();
            asked.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            // As pages ask, not as fast as can be.
            await Task.Delay(10, stop);
        }, stop);
    }

    private static Task ListAgainAsync(IGrainFactory grains, int jobs, ConcurrentBag<double> listed, CancellationToken stop) => RepeatAsync(async () =>
    {
        await Task.Delay(500, stop);
        listed.Add((await ListAsync(grains, jobs)).TotalMilliseconds);
    }, stop);

    private static async Task RepeatAsync(Func<Task> act, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            while (!stop.IsCancellationRequested) await act();
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }
    }

    /// <summary>How long a list of all jobs takes.</summary>
    private static async Task<TimeSpan> ListAsync(IGrainFactory grains, int jobs)
    {
        var begun = Stopwatch.GetTimestamp();
        var count = 0;
        for (var query = new JobQuery { Count = JobQuery.MaxCount }; ;)
        {
            var page = await grains.GetGrain<IJobsGrain>(0).List(query);
            count += page.Jobs.Length;
            if (page.Jobs.Length < query.Count) break;
            query = query with { After = page.Jobs[^1].JobId };
        }
        return count == jobs ? Stopwatch.GetElapsedTime(begun) : throw new InvalidOperationException($"{count} of {jobs} jobs are listed");
    }

    private static string At(ConcurrentBag<double> times, double part)
    {
        var sorted = times.Order().ToList();
        return sorted.Count == 0 ? "-" : $"{sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * part)]:N1}";
    }
}

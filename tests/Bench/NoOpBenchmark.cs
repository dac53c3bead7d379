using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Bench;

/// <summary>
/// Leases of one sample each, from the question for a lease to the completed shard. Celery and Dask are given as many tasks that return their argument,
/// on two worker processes, in the same run.
/// </summary>
internal static class NoOpBenchmark
{
    private const int WarmUp = 2000;

    /// <summary>Prints a row for each number of workers, and one for each peer.</summary>
    /// <param name="samples">Samples, each a shard of its own.</param>
    /// <param name="counts">Workers of each run.</param>
    public static async Task RunAsync(int samples, IReadOnlyList<int> counts)
    {
        var table = new Table("system", "workers", "samples/s");
        table.WriteHead();
        await MeasureAsync("warm-up", WarmUp, 2);
        foreach (var workers in counts) table.WriteRow(["Atelier", $"{workers}", $"{await MeasureAsync("noop", samples, workers):N0}"]);
        foreach (var peer in Peer.All) table.WriteRow([peer.Name, $"{Peer.Workers}", await peer.RunAsync(samples)]);
    }

    private static async Task<double> MeasureAsync(string id, int samples, int workers)
    {
        var store = new MemoryStore();
        await using var silo = await BenchSilo.StartAsync(store);
        var job = await BenchJob.StageAsync(silo.Grains, id, samples, new JobSpec { Model = "bench", ModelDigest = BenchJob.ModelDigest, ShardSize = 1, BatchSize = 1 });
        await job.Start(samples);
        var tenths = await new DirectWorkers(silo.Grains, job, store: null).RunAsync(workers, samples);
        return samples / tenths.Sum(tenth => tenth.TotalSeconds);
    }
}

using System.Diagnostics;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Bench;

/// <summary>
/// Workers that make no pixels: each asks to be admitted to the job, as real ones do once, then for a lease, commits made-up stats and completes, and does so again at once.
/// </summary>
/// <param name="grains">The cluster.</param>
/// <param name="job">The only job.</param>
/// <param name="store">Gets the plain names of each shard, as one byte, so that a later listing finds it promoted; null for none.</param>
internal sealed class DirectWorkers(IGrainFactory grains, IJobGrain job, IStore? store)
{
    /// <summary>The class that they are all of.</summary>
    public const string NumericsClass = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static readonly string Sha256 = new('b', 64);
    private static readonly byte[] OneByte = [0];
    private readonly string _jobId = job.GetPrimaryKeyString();

    /// <summary>Works until so many shards are complete.</summary>
    /// <param name="workers">Workers at once.</param>
    /// <param name="shards">Shards to be made, at most those that are open.</param>
    /// <returns>How long each tenth of the shards took.</returns>
    public async Task<TimeSpan[]> RunAsync(int workers, int shards)
    {
        var (begun, done) = (0, 0);
        var ends = new long[10];
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(number => Task.Run(() => WorkAsync(number))));
        return [.. ends.Select((end, tenth) => Stopwatch.GetElapsedTime(tenth == 0 ? start : ends[tenth - 1], end))];

        async Task WorkAsync(int number)
        {
            var info = Info(number);
            if (!await job.Admit(info, NumericsClass)) throw new InvalidOperationException("the worker is not admitted");
            while (Interlocked.Increment(ref begun) <= shards)
            {
                await MakeAsync(info, await AcquireAsync(info));
                var finished = Interlocked.Increment(ref done);
                for (var tenth = 0; tenth < ends.Length; tenth++)
                    if (finished == (long)shards * (tenth + 1) / ends.Length) ends[tenth] = Stopwatch.GetTimestamp();
            }
        }
    }

    /// <summary>A worker that asks for the first time.</summary>
    public static WorkerInfo Info(int number) => new(Guid.NewGuid(), $"bench/{number}", "cpu") { ModelDigest = BenchJob.ModelDigest };

    /// <summary>A lease; asks until there is one.</summary>
    public async Task<WorkLease> AcquireAsync(WorkerInfo info)
    {
        var dispatcher = grains.GetGrain<IDispatcherGrain>(0);
        while (true)
        {
            if (await dispatcher.Acquire(info) is { } lease) return lease;
            await Task.Delay(1);
        }
    }

    /// <summary>Does the work of a lease, but for the pixels.</summary>
    public async Task MakeAsync(WorkerInfo info, WorkLease lease)
    {
        if (lease.Kind != WorkKind.Draw) throw new InvalidOperationException($"expected a shard to draw, got work of kind {lease.Kind}");
        if (await job.Commit(lease, Stats(lease)) != CommitOutcome.Won) throw new InvalidOperationException($"shard {lease.Shard} is not won");
        if (store is not null)
        {
            await store.TryCreateAsync(JobPaths.ShardTar(_jobId, lease.Shard), OneByte);
            await store.TryCreateAsync(JobPaths.ShardParquet(_jobId, lease.Shard), OneByte);
        }
        await job.Complete(lease);
    }

    private static ShardStats Stats(WorkLease lease) => new()
    {
        Shard = lease.Shard,
        Incarnation = lease.Incarnation,
        Attempt = lease.Id,
        FirstSample = (long)lease.Shard * lease.Samples,
        Samples = lease.Samples,
        Failed = 0,
        Truncated = 0,
        Errors = new Dictionary<string, int>(),
        TarSha256 = Sha256,
        TarBytes = 1,
        ParquetSha256 = Sha256,
        ParquetBytes = 1,
        NumericsClass = NumericsClass,
    };
}

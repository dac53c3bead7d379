using System.Security.Cryptography;
using System.Text;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Grains.Jobs;

namespace Atelier.Grains.Tests.Simulation;

/// <summary>A worker that keeps to the protocol of leases, one step at a time; it may be dropped between any two.</summary>
internal sealed class SimulatedWorker
{
    private readonly World _world;
    private readonly IEnumerator<bool> _life;

    public SimulatedWorker(World world, Guid id)
    {
        _world = world;
        Info = new WorkerInfo(id, $"worker {id:N}", "cpu") { Silo = $"silo {id:N}" };
        _life = Live().GetEnumerator();
    }

    public WorkerInfo Info { get; }

    /// <summary>What it has in hand; null when nothing.</summary>
    public WorkLease? Lease { get; private set; }

    /// <summary>The images of a shard, the same whoever draws them.</summary>
    public static byte[] Tar(int shard) => Encoding.UTF8.GetBytes($"images of {shard}");

    /// <summary>Its table.</summary>
    public static byte[] Parquet(int shard) => Encoding.UTF8.GetBytes($"samples of {shard}");

    public void Step() => _life.MoveNext();

    private IEnumerable<bool> Live()
    {
        while (true)
        {
            yield return true;
            Lease = _world.Acquire(Info);
            if (Lease is null) continue;
            foreach (var step in Work(Lease)) yield return step;
            Lease = null;
        }
    }

    private IEnumerable<bool> Work(WorkLease lease)
    {
        var unwanted = false;
        foreach (var step in Do(store => AttemptFiles.BeginAsync(store, lease, new AttemptNote { Worker = Info.Name }))) yield return step;
        for (var left = _world.Random.Next(8); left > 0 && !unwanted; left--)
        {
            yield return true;
            unwanted = !_world.Heartbeat(lease, new WorkProgress(0.1) { Stage = WorkStage.Drawing });
        }
        var fault = !_world.IsCalm && _world.Chance(0.1) ? "it burns" : null;
        var isFinished = false;
        if (!unwanted && fault is null)
        {
            var end = new WorkEnd();
            foreach (var step in lease.Kind switch
            {
                WorkKind.Draw => Draw(lease, end),
                WorkKind.Promote => Promote(lease, end),
                WorkKind.Index => Index(end),
                _ => Close(end),
            }) yield return step;
            (isFinished, fault) = (end.IsFinished, end.Fault);
        }
        foreach (var step in Ask(machine => isFinished ? machine.Commits.Complete(lease) : machine.Leasing.Return(lease, fault))) yield return step;
        foreach (var step in Do(store => AttemptFiles.EndAsync(store, lease))) yield return step;
    }

    private IEnumerable<bool> Draw(WorkLease lease, WorkEnd end)
    {
        var stats = Stats(lease);
        foreach (var step in Do(store => store.TryCreateAsync(JobPaths.AttemptTar(World.Job, lease.Shard, lease.Id), Tar(lease.Shard)))) yield return step;
        foreach (var step in Do(store => store.TryCreateAsync(JobPaths.AttemptParquet(World.Job, lease.Shard, lease.Id), Parquet(lease.Shard)))) yield return step;
        var outcome = CommitOutcome.Refused;
        for (var isCertain = true; ; isCertain = false)
        {
            var reply = new Reply<CommitOutcome>();
            var call = _world.Ask(machine => machine.Commits.Commit(lease, stats, reply));
            while (!call.IsDone)
            {
                // The response timeout: the call goes on without anybody to answer to.
                if (!_world.IsCalm && _world.Chance(0.02)) call.End(new TimeoutException());
                yield return true;
            }
            if (call.Error is IOException or TimeoutException) continue;
            if (call.Error is not null) throw new InvariantException($"a commit threw {call.Error}");
            outcome = reply.Value == CommitOutcome.Refused && isCertain ? CommitOutcome.Lost : reply.Value;
            break;
        }
        if (outcome == CommitOutcome.Lost)
        {
            foreach (var step in Do(store => ShardPromotion.DiscardAsync(store, World.Job, lease.Shard, lease.Id))) yield return step;
        }
        if (outcome != CommitOutcome.Won) yield break;
        foreach (var step in Promote(stats, end)) yield return step;
    }

    private IEnumerable<bool> Promote(WorkLease lease, WorkEnd end)
    {
        ShardStats? stats = null;
        foreach (var step in Do(async store => stats = await JobFiles.ReadStatsAsync(store, World.Job, lease.Shard))) yield return step;
        foreach (var step in Promote(stats ?? throw new InvariantException($"shard {lease.Shard} is to be promoted and has no stats"), end)) yield return step;
    }

    private IEnumerable<bool> Promote(ShardStats stats, WorkEnd end)
    {
        string? fault = null;
        foreach (var step in Do(async store =>
        {
            try
            {
                await ShardPromotion.PromoteAsync(store, World.Job, stats);
            }
            catch (InvalidDataException differs)
            {
                fault = differs.Message;
            }
        })) yield return step;
        (end.IsFinished, end.Fault) = (fault is null, fault);
    }

    // Only that it is there matters to the job.
    private IEnumerable<bool> Index(WorkEnd end)
    {
        foreach (var step in Do(store => store.TryCreateAsync(JobPaths.RowIdIndex(World.Job), """{ "rows": 1, "ids": 1 }"""u8.ToArray()))) yield return step;
        end.IsFinished = true;
    }

    // What the closing of a job does to its store, without the pictures.
    private IEnumerable<bool> Close(WorkEnd end)
    {
        foreach (var step in Do(async store =>
        {
            foreach (var file in await AttemptFiles.ListAsync(store, World.Job))
                if (!file.IsFailure) await store.DeleteAsync(file.PathIn(World.Job));
        })) yield return step;
        foreach (var step in Do(store => store.TryCreateAsync(JobPaths.Summary(World.Job), Client.Summary))) yield return step;
        end.IsFinished = true;
    }

    private IEnumerable<bool> Ask(Func<JobMachine, IEnumerable<StoreOperation>> begin)
    {
        while (true)
        {
            var call = _world.Ask(begin);
            while (!call.IsDone) yield return true;
            if (call.Error is null) yield break;
            if (call.Error is not (IOException or TimeoutException)) throw new InvariantException($"a worker's call threw {call.Error}");
        }
    }

    // A store that cannot be reached is waited for.
    private IEnumerable<bool> Do(Func<IStore, Task> call)
    {
        StoreFault fault;
        do
        {
            yield return true;
            fault = _world.NextFault();
            if (fault != StoreFault.Refused) call(_world.Store).GetAwaiter().GetResult();
        }
        while (fault != StoreFault.None);
    }

    private static ShardStats Stats(WorkLease lease) => JobCluster.Stats(lease, failed: 1) with
    {
        TarSha256 = Convert.ToHexStringLower(SHA256.HashData(Tar(lease.Shard))),
        TarBytes = Tar(lease.Shard).Length,
        ParquetSha256 = Convert.ToHexStringLower(SHA256.HashData(Parquet(lease.Shard))),
        ParquetBytes = Parquet(lease.Shard).Length,
    };

    private sealed class WorkEnd
    {
        public bool IsFinished { get; set; }

        public string? Fault { get; set; }
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Jobs;
using Atelier.Grains.Jobs;

namespace Atelier.Grains.Tests.Simulation;

/// <summary>
/// Who gives orders: creates the job, appends its rows, starts it; somebody else tries to create it with other settings; people pause, resume, cancel, retry and change its
/// share. When there is calm, they want it to end.
/// </summary>
internal sealed class Client
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, IgnoreReadOnlyProperties = true };
    private readonly World _world;
    private readonly int _rows;
    private readonly IEnumerator<bool> _orders;

    public Client(World world, int shards)
    {
        (_world, _rows, HasIds) = (world, 2 * shards, world.Chance(0.5));
        _orders = Order().GetEnumerator();
    }

    /// <summary>What is said of the job at its end.</summary>
    public static byte[] Summary { get; } = SummaryOf(World.Shards, failed: World.Shards);

    /// <summary>The summary of a job with shards of two samples.</summary>
    public static byte[] SummaryOf(int shards, int failed) => JsonSerializer.SerializeToUtf8Bytes(
        new JobSummary
        {
            Samples = 2 * shards,
            Images = 2 * shards - failed,
            Failed = failed,
            Truncated = 0,
            Errors = new Dictionary<string, long>(),
            Shards = shards,
            Bytes = 0,
            DatasetSha256 = "",
            NumericsClasses = [],
            Spec = JobCluster.Spec,
            Plan = JobPlan.Of(JobCluster.Spec, 2 * shards),
        }, Json);

    public bool IsDone { get; private set; }

    /// <summary>Whether rows have ids, so that an index of them is to be made.</summary>
    public bool HasIds { get; }

    /// <summary>Whether a cancel has been answered.</summary>
    public bool IsCancelled { get; private set; }

    public void Step() => _orders.MoveNext();

    private IEnumerable<bool> Order()
    {
        // Where nobody has said who it is for, nothing is decided yet.
        var scheduling = _world.Chance(0.5) ? new JobScheduling { Submitter = "ann" } : null;
        foreach (var step in Insist(machine => machine.Staging.Create(JobCluster.Spec, scheduling))) yield return step;
        foreach (var step in Spoil()) yield return step;
        var rows = JobCluster.Rows(_rows);
        if (HasIds) rows = [.. rows.Select(row => row with { Id = $"row {row.Index}" })];
        foreach (var step in Insist(machine => machine.Staging.Append(0, rows))) yield return step;
        foreach (var step in Insist(machine => machine.Staging.Start(_rows))) yield return step;
        while (!_world.IsCalm)
        {
            for (var pause = _world.Random.Next(12); pause > 0; pause--) yield return true;
            var by = new DecidedBy("ann");
            var (order, weight) = (_world.Random.Next(40), _world.Random.Next(1, 9));
            var isCancel = order == 0;
            foreach (var step in order switch
            {
                0 => Insist(machine => machine.Deciding.Cancel(by)),
                < 6 => Insist(machine => machine.Deciding.Pause(by)),
                < 16 => Insist(machine => machine.Deciding.Resume(by)),
                < 24 => Insist(machine => machine.Deciding.SetPriority(JobPriority.Low, weight, by)),
                < 30 => Insist(machine => machine.Deciding.RetryFailed(by)),
                < 34 => Insist(machine => machine.Staging.Start(_rows)),
                < 37 => LeaveAFile(_world.Random.Next(World.Shards)),
                _ => Spoil(),
            }) yield return step;
            IsCancelled |= isCancel;
        }
        foreach (var step in Insist(machine => machine.Deciding.Resume(new DecidedBy("ann")))) yield return step;
        while (true)
        {
            IsDone = _world.Activations.All(activation => activation.Machine.Job is { } job && job.Status is JobStatus.Completed or JobStatus.Cancelled);
            if (IsDone) yield return true;
            else if (_world.Activations.Any(activation => activation.Machine.Job?.Status == JobStatus.Failed))
            {
                RemoveForeignFiles();
                foreach (var step in Insist(machine => machine.Deciding.RetryFailed(new DecidedBy("ann")))) yield return step;
            }
            yield return true;
        }
    }

    // What is refused must have no effect.
    private IEnumerable<bool> Spoil()
    {
        var call = _world.Ask(machine => machine.Staging.Create(JobCluster.Spec with { Steps = 7 }, new JobScheduling { Submitter = "eve", Priority = JobPriority.High }));
        while (!call.IsDone) yield return true;
        if (call.Error is null) throw new InvariantException("the job was created with other settings");
    }

    private IEnumerable<bool> Insist(Func<JobMachine, IEnumerable<StoreOperation>> begin)
    {
        while (true)
        {
            var call = _world.Ask(begin);
            while (!call.IsDone) yield return true;
            if (call.Error is null) yield break;
            if (call.Error is InvalidInputException && call.Error.Message.Contains("is cancelled", StringComparison.Ordinal)) yield break;
            if (call.Error is not (IOException or TimeoutException)) throw new InvariantException($"an order threw {call.Error}");
        }
    }

    // A file of another job of the name, as long as the one that is to have the name.
    private IEnumerable<bool> LeaveAFile(int shard)
    {
        var foreign = Encoding.UTF8.GetBytes(new string('x', SimulatedWorker.Tar(shard).Length));
        _world.Store.TryCreateAsync(JobPaths.ShardTar(World.Job, shard), foreign).GetAwaiter().GetResult();
        yield break;
    }

    // The operator reads why shards are set aside.
    private void RemoveForeignFiles()
    {
        for (var shard = 0; shard < World.Shards; shard++)
        {
            var path = JobPaths.ShardTar(World.Job, shard);
            if (_world.Store.ReadAsync(path).GetAwaiter().GetResult() is { } content && !SHA256.HashData(content).AsSpan().SequenceEqual(SHA256.HashData(SimulatedWorker.Tar(shard))))
                _world.Store.DeleteAsync(path).GetAwaiter().GetResult();
        }
    }
}

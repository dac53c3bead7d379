using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Grains.Dispatch;
using Atelier.Grains.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Simulation;

/// <summary>
/// One store, two activations of one job, two dispatchers, some workers and those who give orders, all moved by one random generator: what happens next, which call finds
/// which activation, what the store refuses or does without answering, who dies. The same seed is the same run. First there is trouble, and then none, and the job has to end.
/// </summary>
internal sealed class World
{
    public const string Job = "job";
    public const int Shards = 5;
    private const int CalmSteps = 20_000;

    private readonly Activation[] _activations;
    private readonly SchedulingPolicy[] _dispatchers = [new(), new()];
    private readonly List<SimulatedWorker> _workers = [];
    private readonly List<StoreOperation> _zombies = [];
    private readonly HashSet<string> _dead = [];
    private readonly Client _client;
    private readonly int _trouble;
    private readonly double _faultRate;

    public World(int seed)
    {
        Random = new Random(seed);
        _trouble = Random.Next(100, 900);
        _faultRate = Random.Next(3) switch { 0 => 0, 1 => 0.02, _ => 0.1 };
        _client = new Client(this, Shards);
        _activations = [new Activation(this), new Activation(this)];
        for (var worker = 0; worker < 3; worker++) _workers.Add(new SimulatedWorker(this, NewId()));
    }

    public Random Random { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public MemoryStore Store { get; } = new();

    public int Steps { get; private set; }

    public bool IsCalm => Steps > _trouble;

    /// <summary>The step at which each shard was committed.</summary>
    public Dictionary<int, int> Committed { get; } = [];

    /// <summary>Attempts whose workers died when the job was closed already: nobody is left to remove what they had begun.</summary>
    public HashSet<Guid> LostAfterTheEnd { get; } = [];

    public IReadOnlyList<Activation> Activations => _activations;

    /// <summary>Runs to the end, and checks what is there.</summary>
    public void Run()
    {
        while (!IsCalm || !HasEnded())
        {
            // Two activations of one grain do not last.
            if (++Steps == _trouble + 1) Merge();
            if (Steps > _trouble + CalmSteps) throw new InvariantException($"the job does not end: {Describe()}");
            Step();
        }
        Verdict.Check(this, _client);
    }

    public bool IsDead(WorkerInfo worker) => worker.Silo is { } silo && _dead.Contains(silo);

    public Guid NewId()
    {
        var id = new byte[16];
        Random.NextBytes(id);
        return new Guid(id);
    }

    /// <summary>Notes which shards are committed by now.</summary>
    public void NoteCommits()
    {
        for (var shard = 0; shard < Shards; shard++)
            if (!Committed.ContainsKey(shard) && Store.ReadAsync(JobPaths.ShardStats(Job, shard)).Result is not null) Committed.Add(shard, Steps);
    }

    public bool Chance(double probability) => Random.NextDouble() < probability;

    public StoreFault NextFault() => IsCalm || !Chance(_faultRate) ? StoreFault.None : Chance(0.5) ? StoreFault.Refused : StoreFault.AnswerLost;

    /// <summary>Calls whichever activation the call finds; the reply may be lost.</summary>
    public Call Ask(Func<JobMachine, IEnumerable<StoreOperation>> begin)
    {
        var (activation, call) = (_activations[Random.Next(2)], new Call());
        activation.Begin(() => begin(activation.Machine), call.End);
        return call;
    }

    /// <summary>Asks one of the dispatchers for work.</summary>
    public WorkLease? Acquire(WorkerInfo worker)
    {
        var dispatcher = _dispatchers[Random.Next(2)];
        if (dispatcher.Order(worker.ModelDigest).Any() is false) return null;
        var activation = _activations[Random.Next(2)];
        var lease = activation.Lease(worker);
        if (lease is { Kind: WorkKind.Draw, Shard: var shard } && Committed.TryGetValue(shard, out var at) && at < activation.ReadFrom)
            throw new InvariantException($"shard {shard} was committed at step {at}, the activation read the job from step {activation.ReadFrom} on, and leases it at step {Steps}");
        return lease;
    }

    public bool Heartbeat(WorkLease lease, WorkProgress progress)
    {
        var activation = _activations[Random.Next(2)];
        return !activation.IsRecovered || activation.Machine.Leasing.Heartbeat(lease, progress);
    }

    public void Announce(Activation activation)
    {
        var dispatcher = _dispatchers[Random.Next(2)];
        if (activation.Machine.Demand is { } demand) dispatcher.Set(Job, demand.Scheduling, demand.ModelDigest, demand.ShardSamples, isWaiting: demand.Open > 0);
        else dispatcher.Remove(Job);
    }

    private void Step()
    {
        var dice = Random.Next(100);
        if (dice < 50) _activations[Random.Next(2)].Step();
        else if (dice < 80) _workers[Random.Next(_workers.Count)].Step();
        else if (dice < 88) _client.Step();
        else if (dice < 93) Time.Advance(TimeSpan.FromSeconds(!IsCalm && Chance(0.05) ? Random.Next(20, 90) : Random.NextDouble() * 2));
        else if (dice < 97) LookAfter(_activations[Random.Next(2)]);
        else if (!IsCalm) Disturb();
    }

    private void Merge()
    {
        _activations[1].Drop();
        _activations[1] = _activations[0];
    }

    private void LookAfter(Activation activation)
    {
        if (activation.IsRecovered) activation.Begin(activation.Machine.LookAfter, _ => { });
        else activation.Begin(() => [], _ => { });
        Announce(activation);
    }

    private void Disturb()
    {
        var one = Random.Next(2);
        switch (Random.Next(6))
        {
            case 0 or 1:
                var victim = Random.Next(_workers.Count);
                if (Chance(0.5)) _dead.Add(_workers[victim].Info.Silo!);
                if (_workers[victim].Lease is { } lease && Store.ReadAsync(JobPaths.Summary(Job)).Result is not null) LostAfterTheEnd.Add(lease.Id);
                _workers[victim] = new SimulatedWorker(this, NewId());
                break;
            case 2:
                // What was on its way to the store arrives later, or never.
                _zombies.AddRange(_activations[one].Unanswered.Where(_ => Chance(0.5)));
                _activations[one].Drop();
                _activations[one] = new Activation(this);
                break;
            case 3:
                _dispatchers[one] = new SchedulingPolicy();
                break;
            default:
                if (_zombies.Count == 0) break;
                _zombies[^1].RunAsync(Store, CancellationToken.None).GetAwaiter().GetResult();
                _zombies.RemoveAt(_zombies.Count - 1);
                break;
        }
    }

    private bool HasEnded() => _client.IsDone && _workers.TrueForAll(worker => worker.Lease is null)
        && Array.TrueForAll(_activations, activation => activation is { IsRecovered: true, IsBusy: false } && activation.Machine.Progress() is { Status: JobStatus.Completed or JobStatus.Cancelled });

    private string Describe() => string.Join("; ", _activations.Select(activation =>
    {
        var progress = activation.Machine.Progress();
        return $"{progress.Status}, {progress.ShardsFinished} of {progress.Shards} shards, {progress.ShardsLeased} leased: {progress.Message}";
    }));
}

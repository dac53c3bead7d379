using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Leasing;

/// <summary>
/// The leases of a job by their id, shard, worker and end. No call looks at all of them, but for the loss of a silo and the slow tail. Not thread-safe.
/// </summary>
internal sealed class HeldLeases(TimeProvider time)
{
    private const double StillSteps = 10;

    // Shorter pauses are those of a busy machine.
    private static readonly TimeSpan LeastStill = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Guid, HeldLease> _byId = [];
    private readonly Dictionary<int, List<HeldLease>> _byShard = [];
    private readonly Dictionary<Guid, int> _leasesOfWorkers = [];
    private readonly int[] _atStage = new int[Enum.GetValues<WorkStage>().Length];

    // One entry for each lease, by when it will end if it is not renewed before; looked at again only then.
    private readonly PriorityQueue<Guid, long> _ends = new();

    public int Count => _byId.Count;

    /// <summary>Different workers that hold a lease.</summary>
    public int Workers => _leasesOfWorkers.Count;

    /// <summary>Samples drawn under these leases, in parts; of two attempts at a shard, the one that is further counts.</summary>
    public double Drawing { get; private set; }

    public IEnumerable<HeldLease> All => _byId.Values;

    /// <summary>Leases whose work is at a stage.</summary>
    public int AtStage(WorkStage stage) => _atStage[(int)stage];

    public bool Holds(Guid lease) => _byId.ContainsKey(lease);

    public bool HoldsAny(Guid worker) => _leasesOfWorkers.ContainsKey(worker);

    /// <summary>Whether any worker that holds a lease is such.</summary>
    public bool AreAny(Func<Guid, bool> isSuch) => _leasesOfWorkers.Keys.Any(isSuch);

    public HeldLease? Find(Guid lease) => _byId.GetValueOrDefault(lease);

    public IReadOnlyList<HeldLease> OfShard(int shard) => _byShard.GetValueOrDefault(shard) ?? (IReadOnlyList<HeldLease>)[];

    public void Add(WorkLease lease, bool adopted)
    {
        var held = new HeldLease(lease, time.GetTimestamp(), adopted);
        _byId.Add(lease.Id, held);
        _atStage[(int)held.Stage]++;
        if (!_byShard.TryGetValue(lease.Shard, out var holders)) _byShard.Add(lease.Shard, holders = new List<HeldLease>(1));
        holders.Add(held);
        if (lease.Worker is { } worker) _leasesOfWorkers[worker.Id] = _leasesOfWorkers.GetValueOrDefault(worker.Id) + 1;
        _ends.Enqueue(lease.Id, EndOf(held));
    }

    public void Renew(Guid lease, WorkProgress progress)
    {
        var held = _byId[lease];
        held.Renewed = time.GetTimestamp();
        if (progress.Stage != held.Stage || progress.Drawn > held.Drawn) held.Advanced = held.Renewed;
        held.StepSeconds = progress.StepSeconds;
        SetDrawn(held, progress.Drawn);
        _atStage[(int)held.Stage]--;
        _atStage[(int)(held.Stage = progress.Stage)]++;
    }

    /// <summary>Gives every holder its full time again.</summary>
    public void RenewAll()
    {
        foreach (var held in _byId.Values) held.Renewed = time.GetTimestamp();
    }

    /// <summary>Counts nothing as drawn for a shard any more, since it is committed.</summary>
    public void ForgetDrawn(int shard)
    {
        foreach (var held in OfShard(shard)) SetDrawn(held, 0);
    }

    public HeldLease? Remove(Guid lease)
    {
        if (!_byId.TryGetValue(lease, out var held)) return null;
        SetDrawn(held, 0);
        _byId.Remove(lease);
        _atStage[(int)held.Stage]--;
        var holders = _byShard[held.Lease.Shard];
        holders.Remove(held);
        if (holders.Count == 0) _byShard.Remove(held.Lease.Shard);
        if (held.Lease.Worker is { } worker && --_leasesOfWorkers[worker.Id] == 0) _leasesOfWorkers.Remove(worker.Id);
        if (_byId.Count == 0) Drawing = 0;
        return held;
    }

    /// <summary>Whether a device has done no step for ten times as long as one takes; it hangs, whatever its worker's process says.</summary>
    public bool StandsStill(HeldLease held) => held is { Stage: WorkStage.Drawing, StepSeconds: > 0 }
        && time.GetElapsedTime(held.Advanced).TotalSeconds > Math.Max(StillSteps * held.StepSeconds, LeastStill.TotalSeconds);

    /// <summary>Leases that were not renewed in time; they are still here.</summary>
    public IReadOnlyList<HeldLease> Expired()
    {
        List<HeldLease>? expired = null;
        while (_ends.TryPeek(out var id, out var end) && end < time.GetTimestamp())
        {
            _ends.Dequeue();
            if (!_byId.TryGetValue(id, out var held)) continue;
            if (EndOf(held) >= time.GetTimestamp()) _ends.Enqueue(id, EndOf(held));
            else (expired ??= []).Add(held);
        }
        return expired ?? (IReadOnlyList<HeldLease>)[];
    }

    private long EndOf(HeldLease held) => held.Renewed + (long)(held.Lease.Duration.TotalSeconds * time.TimestampFrequency);

    private void SetDrawn(HeldLease held, double drawn)
    {
        var holders = _byShard[held.Lease.Shard];
        var before = Furthest(holders);
        held.Drawn = drawn;
        Drawing += Furthest(holders) - before;
    }

    private static double Furthest(List<HeldLease> holders)
    {
        var furthest = 0.0;
        foreach (var held in holders) furthest = Math.Max(furthest, held.Drawn);
        return furthest;
    }
}

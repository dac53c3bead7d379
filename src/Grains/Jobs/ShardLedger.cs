using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Jobs;

/// <summary>
/// Which shards of a job are open, leased, committed and promoted, and by when leases end. Holds no more than the store says plus what can be
/// lost; a few bytes a shard. Not thread-safe.
/// </summary>
internal sealed class ShardLedger(JobPlan plan, TimeProvider time)
{
    private enum State : byte { Open, Committed, Promoted }

    private readonly State[] _states = new State[plan.Shards];
    private readonly SortedSet<int> _open = [.. Enumerable.Range(0, plan.Shards)];
    private readonly SortedSet<int> _unpromoted = [];
    private readonly Dictionary<Guid, Held> _held = [];
    private readonly Dictionary<int, int> _faults = [];

    public int Committed { get; private set; }
    public int Promoted { get; private set; }
    public long CommittedSamples { get; private set; }
    public int Leased => _held.Count;

    /// <summary>Samples drawn under running leases, in parts.</summary>
    public double Drawing => _held.Values.Sum(held => held.Drawn);

    public bool AllPromoted => Promoted == plan.Shards;

    public bool IsCommitted(int shard) => _states[shard] != State.Open;

    /// <summary>The next piece of work on shards: finishing a dead winner's promotion comes before drawing.</summary>
    public (WorkKind Kind, int Shard)? Next()
    {
        Expire();
        return _unpromoted.Count > 0 ? (WorkKind.Promote, _unpromoted.Min) : _open.Count > 0 ? (WorkKind.Draw, _open.Min) : null;
    }

    /// <summary>Notes that a lease is held from now on; also when a worker presents one that a lost grain had given.</summary>
    public void Hold(WorkLease lease, double drawn = 0)
    {
        _held[lease.Id] = new Held(lease, time.GetTimestamp(), drawn);
        _open.Remove(lease.Shard);
        _unpromoted.Remove(lease.Shard);
    }

    /// <summary>Ends a lease; unfinished work becomes available again.</summary>
    public void Release(Guid lease)
    {
        if (!_held.Remove(lease, out var held) || held.Lease.Shard < 0) return;
        var shard = held.Lease.Shard;
        if (_held.Values.Any(other => other.Lease.Shard == shard)) return;
        if (_states[shard] == State.Open) _open.Add(shard);
        else if (_states[shard] == State.Committed) _unpromoted.Add(shard);
    }

    /// <summary>Notes a commit found in the store or just made. Whoever holds the shard goes on to promote it.</summary>
    public void Commit(int shard)
    {
        if (_states[shard] != State.Open) return;
        _states[shard] = State.Committed;
        _open.Remove(shard);
        Committed++;
        CommittedSamples += plan.SamplesIn(shard);
        if (!_held.Values.Any(held => held.Lease.Shard == shard)) _unpromoted.Add(shard);
        foreach (var (id, held) in _held.Where(entry => entry.Value.Lease.Shard == shard).ToList()) _held[id] = held with { Drawn = 0 };
    }

    /// <summary>Notes that a shard has its plain names.</summary>
    public void Promote(int shard)
    {
        Commit(shard);
        if (_states[shard] == State.Promoted) return;
        _states[shard] = State.Promoted;
        _unpromoted.Remove(shard);
        Promoted++;
    }

    /// <summary>Counts a failure that is no sample's fault and says how often this work has failed now.</summary>
    public int Fault(int shard) => _faults[shard] = _faults.GetValueOrDefault(shard) + 1;

    private void Expire()
    {
        foreach (var (id, held) in _held.Where(entry => time.GetElapsedTime(entry.Value.Since) > entry.Value.Lease.Duration).ToList()) Release(id);
    }

    private sealed record Held(WorkLease Lease, long Since, double Drawn);
}

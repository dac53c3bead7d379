using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Leasing;

/// <summary>
/// Which shards of a job are open, leased, committed, promoted and set aside, and by when leases end. Holds no more than the store says plus what
/// can be lost; a few bits a shard. Not thread-safe.
/// </summary>
internal sealed class ShardLedger
{
    private readonly JobPlan _plan;
    private readonly ShardSet _open;
    private readonly ShardSet _unpromoted;
    private readonly ShardSet _committed;
    private readonly ShardSet _promoted;
    private readonly ShardSet _undrawable;
    private readonly ShardSet _unpromotable;
    private readonly HeldLeases _held;
    private readonly SlowTail _tail;

    // Shards whose lost lease is being counted, and by how many; also what stands for a shard where the work is about none.
    private readonly Dictionary<int, int> _withheld = [];

    public ShardLedger(JobPlan plan, TimeProvider time)
    {
        _plan = plan;
        _open = ShardSet.Full(plan.Shards);
        _unpromoted = new ShardSet(plan.Shards);
        _committed = new ShardSet(plan.Shards);
        _promoted = new ShardSet(plan.Shards);
        _undrawable = new ShardSet(plan.Shards);
        _unpromotable = new ShardSet(plan.Shards);
        _held = new HeldLeases(time);
        _tail = new SlowTail(_held, time);
    }

    public int Committed => _committed.Count;
    public int Promoted => _promoted.Count;
    public long CommittedSamples { get; private set; }
    public int Leased => _held.Count;

    /// <summary>Different workers that hold leases.</summary>
    public int Workers => _held.Workers;

    /// <summary>Samples drawn under running leases, in parts.</summary>
    public double Drawing => _held.Drawing;

    /// <summary>Leases whose work is at a stage.</summary>
    public int AtStage(WorkStage stage) => _held.AtStage(stage);

    /// <summary>Whether a worker holds a lease.</summary>
    public bool HoldsAny(Guid worker) => _held.HoldsAny(worker);

    /// <summary>Pieces of work on shards that nobody holds.</summary>
    public int Wanted => _open.Count + _unpromoted.Count;

    public int SetAsideCount => _undrawable.Count + _unpromotable.Count;

    public bool AllPromoted => Promoted == _plan.Shards;

    /// <summary>Whether somebody is closing the job, or was lost over it and is being counted.</summary>
    public bool IsClosing => IsTaken(WorkLease.CloseShard);

    /// <summary>The same of the index of row ids.</summary>
    public bool IsIndexing => IsTaken(WorkLease.IndexShard);

    /// <summary>Whether lost leases are being counted, whose work is nobody's until then.</summary>
    public bool IsCounting => _withheld.Count > 0;

    public bool IsCommitted(int shard) => _committed.Contains(shard);

    public bool IsPromoted(int shard) => _promoted.Contains(shard);

    public bool Holds(Guid lease) => _held.Holds(lease);

    /// <summary>Shards that are not tried any more, in ascending order.</summary>
    public IEnumerable<int> SetAside => _undrawable.Ascending().Concat(_unpromotable.Ascending()).Order();

    public IEnumerable<int> CommittedShards => _committed.Ascending();

    /// <summary>
    /// The next piece of work on shards: finishing a dead winner's promotion comes before drawing, and when all else is held, drawing a slow shard
    /// a second time.
    /// </summary>
    /// <param name="worker">Who would do it.</param>
    /// <param name="isBetterLeft">Says of a shard whether another worker should rather draw it; it is offered only when all open ones are such.</param>
    public (WorkKind Kind, int Shard)? Next(Guid worker, Func<int, bool>? isBetterLeft = null)
    {
        if (_unpromoted.Min is >= 0 and var unpromoted) return (WorkKind.Promote, unpromoted);
        if (_open.Min is >= 0 and var open)
            return (WorkKind.Draw, isBetterLeft is null ? open : _open.Ascending().Where(shard => !isBetterLeft(shard)).FirstOrDefault(open));
        return _tail.Find(worker, shard => !IsCommitted(shard) && !_undrawable.Contains(shard)) is { } slow ? (WorkKind.Draw, slow) : null;
    }

    /// <summary>Notes that a lease is given.</summary>
    public void Hold(WorkLease lease) => Take(lease, adopted: false);

    /// <summary>Notes how far a lease is; also one that a lost grain had given.</summary>
    public void Renew(WorkLease lease, WorkProgress progress)
    {
        if (!_held.Holds(lease.Id)) Take(lease, adopted: true);
        _held.Renew(lease.Id, progress);
    }

    /// <summary>Ends a lease; unfinished work becomes available again.</summary>
    public void Release(Guid lease)
    {
        if (_held.Remove(lease) is { Lease.Shard: >= 0 and var shard } && _held.OfShard(shard).Count == 0) Offer(shard);
    }

    /// <summary>Notes a commit found in the store or just made. Whoever holds the shard goes on to promote it.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="lease">The lease under which it was drawn, if it is known.</param>
    public void Commit(int shard, Guid lease = default)
    {
        if (!_committed.Add(shard)) return;
        _open.Remove(shard);
        _undrawable.Remove(shard);
        CommittedSamples += _plan.SamplesIn(shard);
        if (_held.Find(lease) is { } winner) _tail.Observe(winner, _plan.SamplesIn(shard));
        _held.ForgetDrawn(shard);
        if (_held.OfShard(shard).Count == 0) Offer(shard);
    }

    /// <summary>Notes that a shard has its plain names.</summary>
    public void Promote(int shard)
    {
        Commit(shard);
        if (!_promoted.Add(shard)) return;
        _unpromoted.Remove(shard);
        _unpromotable.Remove(shard);
    }

    /// <summary>Offers work no more that failed too often.</summary>
    public void PutAside(WorkKind kind, int shard)
    {
        if (kind == WorkKind.Draw && !IsCommitted(shard) && _undrawable.Add(shard)) _open.Remove(shard);
        if (kind == WorkKind.Promote && !_promoted.Contains(shard) && _unpromotable.Add(shard)) _unpromoted.Remove(shard);
    }

    /// <summary>Offers all work again that was set aside.</summary>
    public void PutBack()
    {
        foreach (var shard in SetAside.ToList())
        {
            _undrawable.Remove(shard);
            _unpromotable.Remove(shard);
            if (_held.OfShard(shard).Count == 0) Offer(shard);
        }
    }

    /// <summary>Whether a worker other than this one holds a lease, of those that count.</summary>
    public bool IsHeldByOthers(Guid worker, Func<Guid, bool> counts) => _held.AreAny(other => other != worker && counts(other));

    /// <summary>Gives every holder its full time again.</summary>
    public void RenewAll() => _held.RenewAll();

    /// <summary>
    /// Ends the leases that were not renewed in time, and those of workers that are lost or whose device stands still, and says which. Their work is offered to nobody until
    /// <see cref="Counted"/>, so that it is not leased once more than it should be.
    /// </summary>
    /// <param name="isLost">Tells of a lease whether its worker is lost; null where nothing has changed about that.</param>
    public IReadOnlyList<HeldLease> EndLost(Func<HeldLease, bool>? isLost)
    {
        List<HeldLease> ended = [.. _held.Expired()];
        foreach (var held in ended) _held.Remove(held.Lease.Id);
        if (isLost is not null) ended.AddRange(_held.All.Where(isLost).ToList());
        foreach (var held in ended)
        {
            Withhold(held.Lease.Shard);
            _held.Remove(held.Lease.Id);
        }
        return ended;
    }

    /// <summary>Offers nobody the work of a lost lease that was found in the store, until <see cref="Counted"/>.</summary>
    public void Withhold(int shard)
    {
        _withheld[shard] = _withheld.GetValueOrDefault(shard) + 1;
        if (shard < 0) return;
        _open.Remove(shard);
        _unpromoted.Remove(shard);
    }

    /// <summary>Offers the work of a lost lease again, unless it was set aside or somebody else has it.</summary>
    public void Counted(int shard)
    {
        if (--_withheld[shard] == 0) _withheld.Remove(shard);
        if (shard >= 0 && _held.OfShard(shard).Count == 0) Offer(shard);
    }

    /// <summary>Forgets that a shard was committed, since its files are lost: it is drawn again.</summary>
    public void Lose(int shard)
    {
        if (_committed.Remove(shard)) CommittedSamples -= _plan.SamplesIn(shard);
        _promoted.Remove(shard);
        _unpromoted.Remove(shard);
        _unpromotable.Remove(shard);
        if (_held.OfShard(shard).Count == 0) Offer(shard);
    }

    /// <summary>Whether a device that holds a lease does nothing.</summary>
    public bool StandsStill(HeldLease held) => _held.StandsStill(held);

    /// <summary>Where a shard stands.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="haveFailed">Whether attempts at it have failed.</param>
    /// <param name="lacksImages">Whether samples of it have no image.</param>
    public ShardState StateOf(int shard, Func<int, bool> haveFailed, Func<int, bool> lacksImages)
    {
        if (_undrawable.Contains(shard) || _unpromotable.Contains(shard)) return ShardState.SetAside;
        if (_promoted.Contains(shard)) return lacksImages(shard) ? ShardState.DoneWithFailures : ShardState.Done;
        if (IsCommitted(shard)) return ShardState.Committed;
        if (_held.OfShard(shard) is not { Count: > 0 } holders) return haveFailed(shard) ? ShardState.WaitingAfterFailure : ShardState.Waiting;
        return ShardState.Leased + Math.Clamp((int)(8 * holders.Max(held => held.Drawn) / _plan.SamplesIn(shard)), 0, 7);
    }

    /// <summary>The leases of a shard.</summary>
    public IReadOnlyList<HeldLease> HoldersOf(int shard) => _held.OfShard(shard);

    private bool IsTaken(int shard) => _held.OfShard(shard).Count > 0 || _withheld.ContainsKey(shard);

    private void Take(WorkLease lease, bool adopted)
    {
        _held.Add(lease, adopted);
        if (lease.Shard < 0) return;
        _open.Remove(lease.Shard);
        _unpromoted.Remove(lease.Shard);
    }

    private void Offer(int shard)
    {
        if (_withheld.ContainsKey(shard)) return;
        if (!IsCommitted(shard) && !_undrawable.Contains(shard)) _open.Add(shard);
        else if (IsCommitted(shard) && !_promoted.Contains(shard) && !_unpromotable.Contains(shard)) _unpromoted.Add(shard);
    }
}

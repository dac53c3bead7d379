using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Grains.Events;

namespace Atelier.Grains.Leasing;

/// <summary>
/// Workers that cannot do the job. Tells a sick worker from a poisonous shard: a shard is offered to others before it is offered again to a worker that failed on it, and a
/// worker that fails again and again where others get on is kept out. Not durable: workers that still do not fit are found out again.
/// </summary>
internal sealed class KeptOutWorkers
{
    private readonly HashSet<Guid> _workers = [];
    private readonly Dictionary<int, Guid> _failedLast = [];
    private readonly Dictionary<Guid, int> _failuresInARow = [];

    public int Count => _workers.Count;

    /// <summary>Who was kept out last, and why.</summary>
    public Reason? Last { get; private set; }

    public bool Has(Guid worker) => _workers.Contains(worker);

    public void Add(WorkerInfo worker, Reason reason)
    {
        _workers.Add(worker.Id);
        Last = reason with { Text = $"worker {worker.Name} ({worker.Device}) {reason.Text}; it is kept out" };
    }

    /// <summary>Notes a failure of a worker that lives on, which may be the culprit.</summary>
    /// <returns>Whether it looks sick.</returns>
    public bool Fail(Guid worker, int shard)
    {
        _failedLast[shard] = worker;
        return (_failuresInARow[worker] = _failuresInARow.GetValueOrDefault(worker) + 1) >= JobLimits.MaxFaults;
    }

    /// <summary>Notes a shard that was committed.</summary>
    public void Succeed(Guid worker, int shard)
    {
        _failedLast.Remove(shard);
        _failuresInARow.Remove(worker);
    }

    public bool HasJustFailed(Guid worker, int shard) => _failedLast.GetValueOrDefault(shard) == worker;

    /// <summary>Gives every worker another chance: whoever puts failed work back has mended something.</summary>
    public void Clear()
    {
        _workers.Clear();
        _failedLast.Clear();
        _failuresInARow.Clear();
        Last = null;
    }
}

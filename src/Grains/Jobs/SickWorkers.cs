using Atelier.Abstractions.Jobs;

namespace Atelier.Grains.Jobs;

/// <summary>
/// Tells a sick worker from a poisonous shard: a shard is offered to others before it is offered again to a worker that failed on it, and a worker that
/// fails again and again where others get on is kept out. Not durable.
/// </summary>
internal sealed class SickWorkers
{
    private readonly Dictionary<int, Guid> _failedLast = [];
    private readonly Dictionary<Guid, int> _failuresInARow = [];

    /// <summary>Notes a failure.</summary>
    /// <returns>Whether it is the worker that looks sick.</returns>
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

    public void Forget()
    {
        _failedLast.Clear();
        _failuresInARow.Clear();
    }
}

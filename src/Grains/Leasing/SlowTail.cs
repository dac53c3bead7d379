using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Leasing;

/// <summary>
/// Finds shards that take so much longer than others that a second worker would likely finish them first: at the end of a job one slow or
/// hanging machine would otherwise hold up all the rest (the backup tasks of Dean and Ghemawat 2004, MapReduce, section 3.6).
/// </summary>
internal sealed class SlowTail(HeldLeases held, TimeProvider time)
{
    /// <summary>How many times the usual duration makes a shard slow.</summary>
    private const double Slowness = 2;

    private static readonly TimeSpan LeastDuration = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SearchPeriod = TimeSpan.FromSeconds(1);

    private double _drawnSeconds;
    private long _drawnSamples;
    private long _searched = long.MinValue;
    private List<HeldLease> _slow = [];

    /// <summary>Learns from a shard that was drawn under a lease whose beginning is known.</summary>
    public void Observe(HeldLease winner, int samples)
    {
        if (winner.IsAdopted) return;
        _drawnSeconds += time.GetElapsedTime(winner.Started).TotalSeconds;
        _drawnSamples += samples;
    }

    /// <summary>A slow shard that one other worker holds, or null. Looks through all leases once a second at most.</summary>
    public int? Find(Guid worker, Func<int, bool> isWanted)
    {
        if (_drawnSamples == 0) return null;
        if (_searched == long.MinValue || time.GetElapsedTime(_searched) >= SearchPeriod)
        {
            _searched = time.GetTimestamp();
            _slow = [.. held.All.Where(IsSlow).OrderBy(lease => lease.Started)];
        }
        return _slow.Find(slow => slow.Lease.Worker?.Id != worker && isWanted(slow.Lease.Shard)
            && held.Holds(slow.Lease.Id) && held.OfShard(slow.Lease.Shard).Count == 1)?.Lease.Shard;
    }

    private bool IsSlow(HeldLease lease)
    {
        if (lease.Lease.Kind != WorkKind.Draw) return false;
        var usual = _drawnSeconds / _drawnSamples * lease.Lease.Samples;
        var elapsed = time.GetElapsedTime(lease.Started).TotalSeconds;
        // A worker that is slow but nearly done will be first anyway.
        var left = lease.Drawn > 0 ? elapsed * (lease.Lease.Samples - lease.Drawn) / lease.Drawn : double.PositiveInfinity;
        return elapsed > Math.Max(Slowness * usual, LeastDuration.TotalSeconds) && left > usual;
    }
}

using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Leasing;

/// <summary>What each worker says that it draws of the job in a second. Their sum is right from the second step of the first batch on. Not thread-safe.</summary>
internal sealed class WorkerPaces(TimeProvider time)
{
    // Between two leases a worker holds none for some milliseconds; one that holds none for longer has gone, or has nothing left to do.
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<Guid, (double PerSecond, long At)> _paces = [];

    /// <summary>Notes what a heartbeat said; 0 is not measured yet.</summary>
    public void Note(WorkLease lease, double perSecond)
    {
        if (lease.Worker is { } worker && perSecond > 0) _paces[worker.Id] = (perSecond, time.GetTimestamp());
    }

    /// <summary>The sum over the workers that are at it; 0 when none has measured its pace.</summary>
    /// <param name="isAtIt">Whether a worker holds a lease of the job.</param>
    public double PerSecond(Func<Guid, bool> isAtIt)
    {
        var sum = 0.0;
        foreach (var (worker, pace) in _paces)
        {
            if (isAtIt(worker) || time.GetElapsedTime(pace.At) < Gap) sum += pace.PerSecond;
            else _paces.Remove(worker);
        }
        return sum;
    }
}

using System.Collections.Immutable;
using Atelier.Abstractions.Fleet;
using Atelier.Silo.Leasing;

namespace Atelier.Silo.Fleet;

/// <summary>The workers of this process, once they run.</summary>
internal sealed class SiloWorkers : IWorkerStates
{
    private ImmutableArray<Worker> _workers = [];

    /// <summary>Names the workers; none have run before.</summary>
    public void Set(IEnumerable<Worker> workers) => ImmutableInterlocked.InterlockedExchange(ref _workers, [.. workers]);

    public ImmutableArray<WorkerState> Look() => [.. _workers.Select(worker => worker.Look())];

    public void Obey(FleetOrders orders)
    {
        foreach (var worker in _workers) worker.Orders.Obey(orders.Of(worker.Info.Id));
    }
}

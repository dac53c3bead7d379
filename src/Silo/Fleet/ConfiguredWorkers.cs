using System.Collections.Immutable;
using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Workers;
using Atelier.Silo.Hosting;

namespace Atelier.Silo.Fleet;

/// <summary>The workers as they are configured: their names and devices, and what they were told, which nobody carries out yet.</summary>
/// <param name="options">Which workers.</param>
/// <param name="silo">This silo.</param>
internal sealed class ConfiguredWorkers(WorkerOptions options, ILocalSiloDetails silo) : IWorkerStates
{
    private readonly Lazy<ImmutableArray<WorkerState>> _workers = new(() => [.. options.Check().Select((device, number) => new WorkerState
    {
        Worker = new WorkerInfo(Guid.NewGuid(), $"{Environment.MachineName}/{Environment.ProcessId}/{number}", device) { Silo = silo.SiloAddress.ToParsableString() },
    })]);

    private volatile FleetOrders _orders = new(ImmutableDictionary<Guid, WorkerOrder>.Empty);

    public ImmutableArray<WorkerState> Look() => [.. _workers.Value.Select(state => state with { Order = _orders.Of(state.Worker.Id) })];

    public void Obey(FleetOrders orders) => _orders = orders;
}

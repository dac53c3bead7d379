using Atelier.Abstractions.Fleet;

namespace Atelier.Grains.Fleet;

/// <summary>Carries calls to a <see cref="WorkerFleet"/>.</summary>
internal sealed class FleetGrain(TimeProvider time) : Grain, IFleetGrain
{
    private readonly WorkerFleet _fleet = new(time);

    public Task<FleetOrders> Report(SiloReport report) => Task.FromResult(_fleet.Report(report));

    public Task<FleetState> List() => Task.FromResult(_fleet.List());

    public Task Drain(string target) => Tell(target, WorkerOrder.Draining);

    public Task Cordon(string target) => Tell(target, WorkerOrder.Cordoned);

    public Task Uncordon(string target) => Tell(target, WorkerOrder.None);

    private Task Tell(string target, WorkerOrder order)
    {
        _fleet.Tell(target, order);
        return Task.CompletedTask;
    }
}

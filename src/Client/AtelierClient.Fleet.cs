using Atelier.Abstractions;
using Atelier.Abstractions.Fleet;

namespace Atelier.Client;

/// <content>The workers of the cluster.</content>
public sealed partial class AtelierClient
{
    private IFleetGrain Fleet => _grains.GetGrain<IFleetGrain>(0);

    /// <summary>The workers of the cluster, as they said two seconds ago or so.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<FleetState> GetFleetAsync(CancellationToken cancellationToken = default) => _retry.RunAsync(() => Fleet.List(), cancellationToken);

    /// <summary>Tells workers what to do, until they end or are told otherwise: to take nothing new, to give back what they have, or to work.</summary>
    /// <param name="target">Name or id of a worker, or address of a silo, as <see cref="GetFleetAsync"/> has them.</param>
    /// <param name="order">What to do.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such worker and no such silo.</exception>
    public Task OrderAsync(string target, WorkerOrder order, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        return _retry.RunAsync(
            () => order switch
            {
                WorkerOrder.None => Fleet.Uncordon(target),
                WorkerOrder.Cordoned => Fleet.Cordon(target),
                WorkerOrder.Draining => Fleet.Drain(target),
                _ => throw new InvalidInputException($"order is '{order}'; allowed: none, cordoned, draining"),
            },
            cancellationToken);
    }
}

using System.Collections.Immutable;

namespace Atelier.Abstractions.Fleet;

/// <summary>What the workers of a silo are to do.</summary>
/// <param name="Workers">Those that are to do anything but work, by their id.</param>
[GenerateSerializer, Immutable, Alias("atelier.FleetOrders")]
public sealed record FleetOrders([property: Id(0)] ImmutableDictionary<Guid, WorkerOrder> Workers)
{
    /// <summary>What a worker is to do.</summary>
    /// <param name="worker">Its id.</param>
    public WorkerOrder Of(Guid worker) => Workers.GetValueOrDefault(worker);
}

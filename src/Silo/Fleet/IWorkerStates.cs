using System.Collections.Immutable;
using Atelier.Abstractions.Fleet;

namespace Atelier.Silo.Fleet;

/// <summary>What the workers of this process do, and what they are told.</summary>
internal interface IWorkerStates
{
    /// <summary>All workers as they are now. Called by another thread than theirs.</summary>
    ImmutableArray<WorkerState> Look();

    /// <summary>Tells the workers what to do; repeated every two seconds.</summary>
    void Obey(FleetOrders orders);
}

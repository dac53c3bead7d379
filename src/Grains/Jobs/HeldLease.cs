using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Jobs;

/// <summary>A lease that a worker holds.</summary>
internal sealed class HeldLease(WorkLease lease, long started, bool adopted)
{
    public WorkLease Lease => lease;

    /// <summary>When it was given, or first heard of.</summary>
    public long Started { get; } = started;

    /// <summary>Whether another activation gave it, so that its true start is not known.</summary>
    public bool IsAdopted => adopted;

    /// <summary>When it was last heard of.</summary>
    public long Renewed { get; set; } = started;

    /// <summary>Samples drawn so far, in parts.</summary>
    public double Drawn { get; set; }

    /// <summary>What its worker does.</summary>
    public WorkStage Stage { get; set; }
}

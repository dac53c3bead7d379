using Atelier.Abstractions.Workers;

namespace Atelier.Grains.Leasing;

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

    /// <summary>When it last was further than before.</summary>
    public long Advanced { get; set; } = started;

    /// <summary>Samples drawn so far, in parts.</summary>
    public double Drawn { get; set; }

    /// <summary>What its worker does.</summary>
    public WorkStage Stage { get; set; }

    /// <summary>Seconds of a step on its device; 0 before one was measured.</summary>
    public double StepSeconds { get; set; }
}


namespace Atelier.Abstractions.Workers;

/// <summary>A lease that is kept alive, and how far its work is.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Progress">How far.</param>
[GenerateSerializer, Immutable, Alias("atelier.LeaseProgress")]
public sealed record LeaseProgress([property: Id(0)] WorkLease Lease, [property: Id(1)] WorkProgress Progress);

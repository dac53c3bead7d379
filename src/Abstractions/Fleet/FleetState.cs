using System.Collections.Immutable;

namespace Atelier.Abstractions.Fleet;

/// <summary>The workers of the cluster.</summary>
/// <param name="Silos">Silos that have reported lately, with their workers, in ordinal order of their addresses. A worker's order is the one that holds, known to it or not.</param>
/// <param name="AsOf">When this was so.</param>
[GenerateSerializer, Immutable, Alias("atelier.FleetState")]
public sealed record FleetState([property: Id(0)] ImmutableArray<SiloState> Silos, [property: Id(1)] DateTimeOffset AsOf);

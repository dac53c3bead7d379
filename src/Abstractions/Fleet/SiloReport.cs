using System.Collections.Immutable;

namespace Atelier.Abstractions.Fleet;

/// <summary>What all workers of a silo are doing.</summary>
/// <param name="Silo">Address of the silo, as <c>SiloAddress.ToParsableString</c> writes it.</param>
/// <param name="Workers">Its workers.</param>
[GenerateSerializer, Immutable, Alias("atelier.SiloReport")]
public sealed record SiloReport([property: Id(0)] string Silo, [property: Id(1)] ImmutableArray<WorkerState> Workers);

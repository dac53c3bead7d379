using System.Collections.Immutable;

namespace Atelier.Abstractions.Fleet;

/// <summary>What all workers of a silo are doing.</summary>
/// <param name="Silo">Address of the silo, as <c>SiloAddress.ToParsableString</c> writes it.</param>
/// <param name="Workers">Its workers.</param>
[GenerateSerializer, Immutable, Alias("atelier.SiloReport")]
public sealed record SiloReport([property: Id(0)] string Silo, [property: Id(1)] ImmutableArray<WorkerState> Workers)
{
    /// <summary>Models of its own folders, as far as it has read them; those of the store are everybody's.</summary>
    [Id(2)] public ImmutableArray<ModelOffer> Models { get; init; } = [];
}

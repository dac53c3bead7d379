using System.Collections.Immutable;

namespace Atelier.Abstractions.Fleet;

/// <summary>A silo that has reported lately.</summary>
/// <param name="Silo">Its address.</param>
/// <param name="Age">How long ago it reported.</param>
/// <param name="Workers">Its workers.</param>
[GenerateSerializer, Immutable, Alias("atelier.SiloState")]
public sealed record SiloState([property: Id(0)] string Silo, [property: Id(1)] TimeSpan Age, [property: Id(2)] ImmutableArray<WorkerState> Workers)
{
    /// <summary>Models of its own folders, as far as it has read them.</summary>
    [Id(3)] public ImmutableArray<ModelOffer> Models { get; init; } = [];
}

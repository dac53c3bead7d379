namespace Atelier.Abstractions.Fleet;

/// <summary>A model that a silo has in a folder of its own.</summary>
/// <param name="Name">Name of the folder, by which jobs name it.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Config">Its <c>model.json</c>.</param>
[GenerateSerializer, Immutable, Alias("atelier.ModelOffer")]
public sealed record ModelOffer([property: Id(0)] string Name, [property: Id(1)] string Digest, [property: Id(2)] string Config);

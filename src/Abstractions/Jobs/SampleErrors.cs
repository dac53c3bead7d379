namespace Atelier.Abstractions.Jobs;

/// <summary>Samples that failed for one reason.</summary>
/// <param name="Code">Their error code.</param>
/// <param name="Count">How many.</param>
/// <param name="FirstShard">The first shard known to have some; null where that is not known any more.</param>
[GenerateSerializer, Immutable, Alias("atelier.SampleErrors")]
public sealed record SampleErrors([property: Id(0)] string Code, [property: Id(1)] long Count, [property: Id(2)] int? FirstShard);

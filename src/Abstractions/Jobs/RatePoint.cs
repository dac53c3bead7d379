namespace Atelier.Abstractions.Jobs;

/// <summary>How fast a job was in a span of time.</summary>
/// <param name="At">When the span began.</param>
/// <param name="ImagesPerSecond">Images drawn a second, the mean of the span.</param>
/// <param name="Workers">Workers that held leases, the most of the span.</param>
/// <param name="Finished">Samples in committed shards, at its end.</param>
/// <param name="Failed">Samples without an image, at its end.</param>
[GenerateSerializer, Immutable, Alias("atelier.RatePoint")]
public sealed record RatePoint(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] double ImagesPerSecond,
    [property: Id(2)] int Workers,
    [property: Id(3)] long Finished,
    [property: Id(4)] long Failed);

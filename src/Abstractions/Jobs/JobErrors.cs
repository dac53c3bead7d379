using System.Collections.Immutable;

namespace Atelier.Abstractions.Jobs;

/// <summary>What has failed in a job, in groups.</summary>
/// <param name="Samples">Samples without an image, by their error codes, the most frequent first.</param>
/// <param name="AreCounted">Whether those of all committed shards are counted; false for a while after a recovery.</param>
/// <param name="Shards">Shards with attempts that ended badly since failed work was last put back, those set aside first; at most 100.</param>
[GenerateSerializer, Immutable, Alias("atelier.JobErrors")]
public sealed record JobErrors(
    [property: Id(0)] ImmutableArray<SampleErrors> Samples, [property: Id(1)] bool AreCounted, [property: Id(2)] ImmutableArray<ShardFailures> Shards);

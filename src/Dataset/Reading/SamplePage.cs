using Atelier.Dataset.Shards;

namespace Atelier.Dataset.Reading;

/// <summary>Consecutive samples of a job that may be running.</summary>
/// <param name="Committed">Those whose shards are committed: one entry for each shard, in order.</param>
/// <param name="Uncommitted">The ranges that are not there yet, in order, as long as they can be.</param>
public sealed record SamplePage(IReadOnlyList<SampleRows> Committed, IReadOnlyList<SampleRange> Uncommitted);

namespace Atelier.Dataset.Shards;

/// <summary>The samples [First, First + Count) of a job.</summary>
/// <param name="First">Number of the first.</param>
/// <param name="Count">How many.</param>
public readonly record struct SampleRange(long First, long Count);

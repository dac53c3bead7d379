namespace Atelier.Dataset.Verification;

/// <summary>The published function that gives a sample its seed.</summary>
/// <param name="jobSeed">Seed of the job.</param>
/// <param name="row">Zero-based row index.</param>
/// <param name="rowSeed">The row's own seed, if it has one.</param>
/// <param name="image">Which of the row's images, from 0.</param>
public delegate ulong SeedOfSample(ulong jobSeed, long row, ulong? rowSeed, int image);

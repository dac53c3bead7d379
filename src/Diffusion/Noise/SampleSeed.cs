namespace Atelier.Diffusion.Noise;

/// <summary>
/// The seed of one sample, as a function that anyone can compute again. A row's own seed is that of its first image; so whoever gives the seed that is
/// recorded for any image to a row gets that image back. All other seeds are two words of <see cref="Philox"/>: keyed by the row's own seed with the
/// counter (0, 0, ordinal, 2), or keyed by the job's seed with the counter (row low word, row high word, ordinal, 1).
/// </summary>
public static class SampleSeed
{
    /// <summary>Seed of a row's image.</summary>
    /// <param name="jobSeed">Seed of the job.</param>
    /// <param name="row">Zero-based row index.</param>
    /// <param name="rowSeed">The row's own seed; it takes the place of job seed and row index.</param>
    /// <param name="ordinal">Which of the row's images, from 0.</param>
    public static ulong Of(ulong jobSeed, long row, ulong? rowSeed, int ordinal)
    {
        if (rowSeed is { } first && ordinal == 0) return first;
        var (low, high, _, _) = rowSeed is { } own
            ? Philox.Block(own, 0, 0, (uint)ordinal, 2)
            : Philox.Block(jobSeed, (uint)row, (uint)(row >> 32), (uint)ordinal, 1);
        return low | (ulong)high << 32;
    }
}

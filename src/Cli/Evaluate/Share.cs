namespace Atelier.Cli.Evaluate;

/// <summary>How many of some images are right.</summary>
/// <param name="Right">Those that are.</param>
/// <param name="Of">All of them.</param>
internal readonly record struct Share(int Right, int Of)
{
    // The 0.975 quantile of the standard normal distribution.
    private const double Z = 1.959963984540054;

    /// <summary>Right / Of; not a number if there are none.</summary>
    public double Rate => (double)Right / Of;

    /// <summary>
    /// The 95 % score interval (Wilson 1927, doi:10.1080/01621459.1927.10502953): all rates p whose binomial distribution has the observed one
    /// within 1.96 standard deviations; 0 to 1 if there are no images.
    /// </summary>
    public (double Low, double High) Interval
    {
        get
        {
            if (Of == 0) return (0, 1);
            var centre = Rate + Z * Z / (2 * Of);
            var margin = Z * Math.Sqrt((Rate * (1 - Rate) + Z * Z / (4 * Of)) / Of);
            var scale = 1 + Z * Z / Of;
            return (Math.Max(0, (centre - margin) / scale), Math.Min(1, (centre + margin) / scale));
        }
    }

    /// <summary>Counts what is right among what is judged; null is not.</summary>
    public static Share Count(IEnumerable<bool?> verdicts)
    {
        var judged = verdicts.Where(verdict => verdict is not null).ToList();
        return new Share(judged.Count(verdict => verdict == true), judged.Count);
    }
}

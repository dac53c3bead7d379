namespace Atelier.Shapes;

/// <summary>A measured colour; channels in [0, 255], not rounded.</summary>
internal readonly record struct Colour(double R, double G, double B)
{
    public static Colour From(Rgb rgb) => new(rgb.R, rgb.G, rgb.B);

    public static Colour Mix(Colour from, Colour to, double share) => new(
        from.R + (share * (to.R - from.R)),
        from.G + (share * (to.G - from.G)),
        from.B + (share * (to.B - from.B)));

    /// <summary>
    /// The "redmean" distance, an inexpensive approximation of perceived difference (Riemersma, "Colour metric"), scaled so that two
    /// grays differ by the difference of their bytes.
    /// </summary>
    public static double Distance(Colour a, Colour b)
    {
        var redMean = (a.R + b.R) / 2;
        var (dr, dg, db) = (a.R - b.R, a.G - b.G, a.B - b.B);
        var square = ((2 + (redMean / 256)) * dr * dr) + (4 * dg * dg) + ((2 + ((255 - redMean) / 256)) * db * db);
        return Math.Sqrt(square) / 3;
    }

    /// <summary>How far this colour lies on the way from <paramref name="background"/> (0) to <paramref name="full"/> (1).</summary>
    public double StrengthOf(Colour full, Colour background)
    {
        var (r, g, b) = (full.R - background.R, full.G - background.G, full.B - background.B);
        var length = (r * r) + (g * g) + (b * b);
        return length == 0 ? 0 : (((R - background.R) * r) + ((G - background.G) * g) + ((B - background.B) * b)) / length;
    }

    /// <summary>The median of each channel.</summary>
    public static Colour Median(IReadOnlyCollection<Colour> colours) => new(
        Median(colours.Select(colour => colour.R)),
        Median(colours.Select(colour => colour.G)),
        Median(colours.Select(colour => colour.B)));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}

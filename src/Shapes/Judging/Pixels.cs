namespace Atelier.Shapes;

/// <summary>An image's colours in rows from the top.</summary>
internal sealed record Pixels(Colour[] Values, int Width, int Height)
{
    public static Pixels From(ReadOnlySpan<byte> rgb, int width, int height)
    {
        var values = new Colour[width * height];
        for (var i = 0; i < values.Length; i++) values[i] = new Colour(rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]);
        return new Pixels(values, width, height);
    }

    /// <summary>The colours of the outermost frame of pixels.</summary>
    public IReadOnlyCollection<Colour> Border() =>
        [.. Values.Where((_, i) => i % Width == 0 || i % Width == Width - 1 || i / Width == 0 || i / Width == Height - 1)];

    /// <summary>The indices of the up to eight pixels around a pixel.</summary>
    public IEnumerable<int> Around(int index)
    {
        var (x, y) = (index % Width, index / Width);
        for (var ny = Math.Max(0, y - 1); ny <= Math.Min(Height - 1, y + 1); ny++)
        {
            for (var nx = Math.Max(0, x - 1); nx <= Math.Min(Width - 1, x + 1); nx++)
            {
                if (nx != x || ny != y) yield return (ny * Width) + nx;
            }
        }
    }
}

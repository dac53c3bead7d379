using SkiaSharp;

namespace Atelier.Cli.Tests;

internal static class Picture
{
    /// <summary>How many colours a picture has; a blank one has one, a plot without text and lines a handful.</summary>
    public static int Colours(string path)
    {
        using var bitmap = SKBitmap.Decode(path);
        return bitmap.Pixels.Distinct().Count();
    }
}

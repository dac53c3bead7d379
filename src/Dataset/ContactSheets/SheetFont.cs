using SkiaSharp;

namespace Atelier.Dataset.ContactSheets;

/// <summary>DejaVu Sans Condensed, out of this assembly: text is drawn on machines without fonts, and alike on all others.</summary>
public static class SheetFont
{
    private static readonly Lazy<SKTypeface> Loaded = new(Load);

    /// <summary>The typeface; shared, not to be disposed.</summary>
    public static SKTypeface Typeface => Loaded.Value;

    /// <summary>The font in a size in pixels; the caller disposes it.</summary>
    /// <param name="size">Size in pixels.</param>
    public static SKFont Make(float size) =>
        new(Typeface, size) { Edging = SKFontEdging.Antialias, Hinting = SKFontHinting.None, Subpixel = true };

    private static SKTypeface Load()
    {
        using var stream = typeof(SheetFont).Assembly.GetManifestResourceStream("DejaVuSansCondensed.ttf");
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }
}

using Atelier.Dataset.ContactSheets;
using ScottPlot;
using SkiaSharp;

namespace Atelier.Dashboard.Plots;

/// <summary>Plots in the typeface of contact sheets, so that they have text on machines without fonts and look alike on all others.</summary>
public sealed class EmbeddedFont : IFontResolver
{
    private const string Name = "DejaVu Sans";

    private static readonly Lazy<bool> Registered = new(() =>
    {
        ScottPlot.Fonts.FontResolvers.Insert(0, new EmbeddedFont());
        return true;
    });

    private EmbeddedFont() { }

    /// <summary>A new plot whose text is set in the font.</summary>
    public static Plot CreatePlot()
    {
        _ = Registered.Value;
        var plot = new Plot();
        plot.Font.Set(Name);
        return plot;
    }

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        fontName == Name ? SheetFont.Typeface : null;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? SheetFont.Typeface : null;
}

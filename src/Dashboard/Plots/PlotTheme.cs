using ScottPlot;

namespace Atelier.Dashboard.Plots;

/// <summary>Plots in the colours of the pages, light or dark.</summary>
internal static class PlotTheme
{
    /// <summary>A new plot: axes, grid and background.</summary>
    public static Plot Create(bool isDark)
    {
        var plot = EmbeddedFont.CreatePlot();
        var (ink, paper, line) = isDark ? ("#E6E9ED", "#15181C", "#363C44") : ("#1B1F24", "#FFFFFF", "#D5D9DF");
        plot.FigureBackground.Color = Color.FromHex(paper);
        plot.Axes.Color(Color.FromHex(ink));
        plot.Grid.MajorLineColor = Color.FromHex(line);
        foreach (var axis in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left, plot.Axes.Right }) axis.MinorTickStyle.Length = 0;
        return plot;
    }

    /// <summary>Okabe and Ito's blue, orange and green, each with enough contrast to the background.</summary>
    public static Color Blue(bool isDark) => Color.FromHex(isDark ? "#56B4E9" : "#0072B2");

    /// <inheritdoc cref="Blue"/>
    public static Color Orange(bool isDark) => Color.FromHex(isDark ? "#FF8A3D" : "#D55E00");

    /// <inheritdoc cref="Blue"/>
    public static Color Green(bool isDark) => Color.FromHex(isDark ? "#00B386" : "#009E73");
}

using System.Globalization;
using Atelier.Dashboard.Models;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Atelier.Dashboard.Plots;

/// <summary>Adherence on the left axis, with its intervals, and diversity on the right, over the guidance scale.</summary>
public static class GuidancePlot
{
    /// <summary>A plot.</summary>
    /// <param name="results">One a guidance scale, at least one.</param>
    /// <param name="isDark">Whether it stands on a dark page.</param>
    public static Plot Create(IReadOnlyList<GuidanceResult> results, bool isDark = false)
    {
        ArgumentNullException.ThrowIfNull(results);
        var ordered = results.OrderBy(result => result.Guidance).ToArray();
        var scales = ordered.Select(result => result.Guidance).ToArray();
        var plot = PlotTheme.Create(isDark);
        AddShare(plot, scales, [.. ordered.Select(result => result.OneObject)], PlotTheme.Blue(isDark), MarkerShape.FilledCircle, "one object: colour and shape");
        AddShare(plot, scales, [.. ordered.Select(result => result.TwoObjects)], PlotTheme.Orange(isDark), MarkerShape.FilledSquare, "two objects: all and relation");
        var diversity = plot.Add.Scatter(scales, ordered.Select(result => result.Diversity).ToArray(), PlotTheme.Green(isDark));
        (diversity.LegendText, diversity.LinePattern, diversity.LineWidth, diversity.MarkerSize, diversity.MarkerShape) = ("diversity (right axis)", LinePattern.Dashed, 2, 7, MarkerShape.FilledTriangleUp);
        diversity.Axes.YAxis = plot.Axes.Right;

        plot.XLabel("guidance scale");
        plot.YLabel("images judged right, %");
        plot.Axes.Right.Label.Text = "pixel distance among images of one caption";
        plot.Axes.Bottom.TickGenerator = new NumericManual(scales, [.. scales.Select(scale => scale.ToString(CultureInfo.InvariantCulture))]);
        plot.Axes.Left.TickGenerator = new NumericFixedInterval(10);
        var margin = Math.Max(0.2, 0.03 * (scales[^1] - scales[0]));
        plot.Axes.SetLimitsX(scales[0] - margin, scales[^1] + margin);
        plot.Axes.SetLimitsY(0, 105);
        var most = ordered.Select(result => result.Diversity).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        plot.Axes.SetLimitsY(0, Math.Max(1e-3, 1.25 * most), plot.Axes.Right);
        plot.Legend.BackgroundColor = plot.FigureBackground.Color;
        plot.Legend.FontColor = plot.Axes.Bottom.FrameLineStyle.Color;
        plot.Legend.OutlineColor = plot.Grid.MajorLineColor;
        plot.ShowLegend(Edge.Bottom);
        return plot;
    }

    private static void AddShare(Plot plot, double[] scales, JudgedShare[] shares, Color color, MarkerShape shape, string name)
    {
        var line = plot.Add.Scatter(scales, Array.ConvertAll(shares, share => 100 * share.Rate), color);
        (line.LegendText, line.LineWidth, line.MarkerSize, line.MarkerShape) = (name, 2, 7, shape);
        for (var i = 0; i < shares.Length; i++)
        {
            var interval = plot.Add.Line(scales[i], 100 * shares[i].Low, scales[i], 100 * shares[i].High);
            (interval.Color, interval.LineWidth) = (color.WithAlpha(0.5), 2);
        }
    }
}

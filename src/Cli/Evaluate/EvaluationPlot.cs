using System.Globalization;
using Atelier.Dashboard.Plots;
using Atelier.Input;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Atelier.Cli.Evaluate;

/// <summary>The picture <c>evaluation.png</c>: adherence on the left axis and diversity on the right, over the guidance scale.</summary>
internal static class EvaluationPlot
{
    /// <summary>Draws the results.</summary>
    /// <param name="results">One a guidance scale.</param>
    /// <param name="path">File to write.</param>
    public static void Save(IReadOnlyList<ScaleResult> results, string path)
    {
        var ordered = results.OrderBy(result => result.Guidance).ToArray();
        var scales = ordered.Select(result => result.Guidance).ToArray();

        var plot = EmbeddedFont.CreatePlot();
        AddShare(plot, scales, [.. ordered.Select(result => result.OneObject)], Colors.SteelBlue, "one object: colour and shape");
        AddShare(plot, scales, [.. ordered.Select(result => result.TwoObjects)], Colors.FireBrick, "two objects: all and relation");
        var diversity = plot.Add.Scatter(scales, ordered.Select(result => result.Diversity).ToArray(), Colors.SeaGreen);
        (diversity.LegendText, diversity.LinePattern, diversity.LineWidth, diversity.MarkerSize) = ("diversity (right axis)", LinePattern.Dashed, 2, 7);
        diversity.Axes.YAxis = plot.Axes.Right;

        plot.Title("Guidance: adherence to held-out captions, and diversity");
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
        plot.ShowLegend(Edge.Bottom);
        RegularFile.Write(path, plot.GetImageBytes(960, 600, ImageFormat.Png));
    }

    private static void AddShare(Plot plot, double[] scales, Share[] shares, Color color, string name)
    {
        var rates = Array.ConvertAll(shares, share => 100 * share.Rate);
        var line = plot.Add.Scatter(scales, rates, color);
        (line.LegendText, line.LineWidth, line.MarkerSize) = (name, 2, 7);
        for (var i = 0; i < shares.Length; i++)
        {
            var interval = plot.Add.Line(scales[i], 100 * shares[i].Interval.Low, scales[i], 100 * shares[i].Interval.High);
            (interval.Color, interval.LineWidth) = (color.WithAlpha(0.5), 2);
        }
    }
}

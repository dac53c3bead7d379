using System.Globalization;
using Atelier.Dashboard.Plots;
using Atelier.Input;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Atelier.Cli.Train;

/// <summary>The picture <c>loss.png</c>: loss over steps on a logarithmic axis, each step faintly and a running geometric mean on top.</summary>
internal static class LossPlot
{
    private const int MostPoints = 1500;
    private const int WindowsPerRun = 50;

    /// <summary>Draws the losses.</summary>
    /// <param name="losses">Step and loss of every step, in order; at least one.</param>
    /// <param name="path">File to write.</param>
    public static void Save(IReadOnlyList<(long Step, double Loss)> losses, string path)
    {
        var window = Math.Max(1, losses.Count / WindowsPerRun);
        // Losses can touch zero by rounding, which has no logarithm.
        List<(double Step, double Log)> logs = [.. losses.Select(point => ((double)point.Step, Math.Log10(Math.Max(1e-12, point.Loss))))];
        var raw = Thin(logs);

        var plot = EmbeddedFont.CreatePlot();
        Draw(plot, raw, Colors.SteelBlue.WithAlpha(0.35), 1, "loss of a step");
        Draw(plot, Thin(RunningMean(logs, window)), Colors.FireBrick, 2.5f, $"geometric mean of {window:N0} steps");
        plot.Title("Training loss");
        plot.XLabel("step");
        plot.YLabel("loss (logarithmic)");
        plot.Axes.Left.TickGenerator = new NumericManual([.. DecadeTicks(raw.Min(point => point.Log), raw.Max(point => point.Log))]);
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic
        {
            IntegerTicksOnly = true,
            LabelFormatter = step => step.ToString("N0", CultureInfo.InvariantCulture),
        };
        plot.ShowLegend(Alignment.UpperRight);
        RegularFile.Write(path, plot.GetImageBytes(960, 540, ImageFormat.Png));
    }

    private static void Draw(Plot plot, List<(double Step, double Log)> points, Color color, float width, string name)
    {
        var line = plot.Add.Scatter(points.Select(point => point.Step).ToArray(), points.Select(point => point.Log).ToArray());
        (line.Color, line.LineWidth, line.LegendText) = (color, width, name);
        line.MarkerSize = points.Count == 1 ? 5 : 0;
    }

    private static List<(double Step, double Log)> Thin(List<(double Step, double Log)> points)
    {
        var bin = (points.Count + MostPoints - 1) / MostPoints;
        return [.. points.Chunk(bin).Select(part => (part.Average(point => point.Step), part.Average(point => point.Log)))];
    }

    private static List<(double Step, double Log)> RunningMean(List<(double Step, double Log)> points, int window)
    {
        var means = new List<(double, double)>(points.Count);
        var sum = 0.0;
        for (var i = 0; i < points.Count; i++)
        {
            sum += points[i].Log - (i >= window ? points[i - window].Log : 0);
            means.Add((points[i].Step, sum / Math.Min(i + 1, window)));
        }
        return means;
    }

    /// <summary>1, 2 and 5 of each decade, so that a range within one decade has labels too; 1 alone where the range is wide.</summary>
    private static IEnumerable<Tick> DecadeTicks(double lowest, double highest)
    {
        var (first, last) = ((int)Math.Floor(lowest), (int)Math.Ceiling(highest));
        int[] digits = last - first > 4 ? [1] : [1, 2, 5];
        return Enumerable.Range(first, last - first + 1)
            .SelectMany(decade => digits.Select(digit => digit * Math.Pow(10, decade)))
            .Select(value => new Tick(Math.Log10(value), value.ToString("0.############", CultureInfo.InvariantCulture)));
    }
}

using System.Globalization;
using Atelier.Dashboard.Plots;
using Atelier.Diffusion.Training;
using Atelier.Input;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Atelier.Cli.Train;

/// <summary>
/// The picture <c>captions.png</c>: how much worse a network does with another caption (lines) and with the sides of its own exchanged (dashes),
/// in each range of signal-to-noise ratios.
/// </summary>
internal static class CaptionPlot
{
    private static readonly Color[] Palette = [Colors.MidnightBlue, Colors.SteelBlue, Colors.SeaGreen, Colors.DarkOrange, Colors.FireBrick];

    /// <summary>Draws the measurements.</summary>
    /// <param name="losses">Every bucket at every measured step, in order; at least one.</param>
    /// <param name="path">File to write.</param>
    public static void Save(IReadOnlyList<(long Step, CaptionLoss Loss)> losses, string path)
    {
        var plot = EmbeddedFont.CreatePlot();
        foreach (var (bucket, i) in losses.GroupBy(line => line.Loss.Bucket).Select((bucket, i) => (bucket, i)))
        {
            var color = Palette[i % Palette.Length];
            double[] steps = [.. bucket.Select(line => (double)line.Step)];
            var shuffled = plot.Add.Scatter(steps, bucket.Select(line => 100 * line.Loss.CaptionGap).ToArray(), color);
            (shuffled.LineWidth, shuffled.MarkerSize, shuffled.LegendText) = (2, 4, Name(bucket.Key));
            if (bucket.Any(line => line.Loss.LayoutGap is null)) continue;
            var misplaced = plot.Add.Scatter(steps, bucket.Select(line => 100 * line.Loss.LayoutGap!.Value).ToArray(), color);
            (misplaced.LineWidth, misplaced.MarkerSize, misplaced.LinePattern) = (2, 4, LinePattern.Dashed);
        }
        plot.Title("What captions tell: shuffled (lines), sides exchanged (dashes)");
        plot.XLabel("step");
        plot.YLabel("error above that of the right caption, %");
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic
        {
            IntegerTicksOnly = true,
            LabelFormatter = step => step.ToString("N0", CultureInfo.InvariantCulture),
        };
        plot.ShowLegend(Alignment.UpperLeft);
        RegularFile.Write(path, plot.GetImageBytes(960, 540, ImageFormat.Png));
    }

    private static string Name(SnrBucket bucket) => bucket switch
    {
        { Low: 0 } => string.Create(CultureInfo.InvariantCulture, $"SNR below {bucket.High}"),
        { High: double.PositiveInfinity } => string.Create(CultureInfo.InvariantCulture, $"SNR {bucket.Low} and above"),
        _ => string.Create(CultureInfo.InvariantCulture, $"SNR {bucket.Low} to {bucket.High}"),
    };
}

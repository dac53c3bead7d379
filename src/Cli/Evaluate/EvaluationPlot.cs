using Atelier.Dashboard.Models;
using Atelier.Dashboard.Plots;
using Atelier.Input;
using ScottPlot;

namespace Atelier.Cli.Evaluate;

/// <summary>The picture <c>evaluation.png</c>: adherence on the left axis and diversity on the right, over the guidance scale.</summary>
internal static class EvaluationPlot
{
    /// <summary>Draws the results.</summary>
    /// <param name="results">One a guidance scale.</param>
    /// <param name="path">File to write.</param>
    public static void Save(IReadOnlyList<ScaleResult> results, string path)
    {
        var plot = GuidancePlot.Create([.. results.Select(result => new GuidanceResult(result.Guidance, Of(result.OneObject), Of(result.TwoObjects), result.Diversity))]);
        plot.Title("Guidance: adherence to held-out captions, and diversity");
        RegularFile.Write(path, plot.GetImageBytes(960, 600, ImageFormat.Png));
    }

    private static JudgedShare Of(Share share) => new(share.Rate, share.Interval.Low, share.Interval.High);
}

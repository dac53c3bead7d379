using Atelier.Dashboard.Plots;
using Atelier.Input;
using ScottPlot;

namespace Atelier.Cli.Evaluate;

/// <summary>
/// The picture <c>comparison.png</c>: adherence against diversity for guidance and for the toolbox, and adherence against network evaluations for
/// samplers.
/// </summary>
internal static class ComparisonPlot
{
    private const int Width = 620, Height = 560;

    /// <summary>Draws the results.</summary>
    /// <param name="results">One a method.</param>
    /// <param name="path">File to write.</param>
    public static void Save(IReadOnlyList<ComparisonResult> results, string path)
    {
        var picture = new Multiplot();
        picture.RemovePlot(picture.GetPlot(0));
        picture.AddPlot(Create(ComparisonGroup.Guidance, "Guidance over its scale", "diversity", result => result.Diversity, labelled: true));
        picture.AddPlot(Create(ComparisonGroup.Samplers, "Samplers over their steps", "network evaluations an image", result => result.Evaluations, labelled: false));
        picture.AddPlot(Create(ComparisonGroup.Toolbox, "Toolbox at one scale", "diversity", result => result.Diversity, labelled: false));
        picture.Layout = new ScottPlot.MultiplotLayouts.Columns();
        RegularFile.Write(path, picture.Render(3 * Width, Height).GetImageBytes(ImageFormat.Png));

        Plot Create(ComparisonGroup group, string title, string x, Func<ComparisonResult, double> position, bool labelled)
        {
            var plot = EmbeddedFont.CreatePlot();
            foreach (var series in results.Where(result => result.Method.Group == group && double.IsFinite(position(result))).GroupBy(result => result.Method.Series))
            {
                var points = series.ToArray();
                var line = plot.Add.Scatter(Array.ConvertAll(points, point => position(point)), Array.ConvertAll(points, point => 100 * point.Adherence.Rate));
                (line.LegendText, line.LineWidth, line.MarkerSize) = (series.Key, points.Length == 1 ? 0 : 2, points.Length == 1 ? 12 : 7);
                foreach (var point in labelled ? points : [])
                {
                    var label = plot.Add.Text(point.Method.Name, position(point), 100 * point.Adherence.Rate + 1);
                    (label.LabelFontColor, label.LabelFontSize, label.LabelAlignment) = (line.Color, 12, Alignment.LowerCenter);
                }
            }
            plot.Title(title);
            plot.XLabel(x);
            plot.YLabel("images with exactly the object, %");
            plot.Axes.SetLimitsY(0, 108);
            plot.ShowLegend(Edge.Bottom);
            return plot;
        }
    }
}

using System.Globalization;
using System.Text;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Plots;
using ScottPlot.TickGenerators;

namespace Atelier.Dashboard.Jobs;

/// <summary>How fast a job was, as a picture: images a second over time. Gaps stay gaps.</summary>
internal static class RatePlot
{
    /// <summary>Width and height, and those for narrow screens, where the same picture would be too small to read.</summary>
    public static (int Width, int Height) Wide => (900, 300);

    private static readonly (int Width, int Height) Narrow = (420, 260);

    /// <summary>The spans that can be looked at: ten seconds a point, a minute, or a quarter of an hour.</summary>
    public static IReadOnlyList<(string Word, TimeSpan Length, TimeSpan Step)> Spans { get; } =
    [
        ("1h", TimeSpan.FromHours(1), TimeSpan.FromSeconds(10)), ("24h", TimeSpan.FromHours(24), TimeSpan.FromMinutes(1)), ("all", TimeSpan.FromDays(45), TimeSpan.FromMinutes(15)),
    ];

    public static string SpanOf(string? word) => Spans.Any(span => span.Word == word) ? word! : Spans[0].Word;

    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet("/jobs/{job}/rate.svg", ShowAsync);

    /// <summary>The points of a span.</summary>
    public static Task<IReadOnlyList<RatePoint>> ReadAsync(JobLook look, string job, string span, TimeProvider time, CancellationToken cancellationToken)
    {
        var (_, length, step) = Spans.First(one => one.Word == span);
        return look.RatesAsync(job, time.GetUtcNow() - length, step, cancellationToken);
    }

    private static async Task<IResult> ShowAsync(string job, string? span, string? theme, string? size, JobLook look, TimeProvider time, HttpContext context, CancellationToken cancellationToken)
    {
        var chosen = SpanOf(span);
        var points = await ReadAsync(look, job, chosen, time, cancellationToken);
        context.Response.Headers.CacheControl = "no-cache, private";
        return TypedResults.Text(Draw(points, Spans.First(one => one.Word == chosen).Step, theme == "dark", size == "narrow"), "image/svg+xml", Encoding.UTF8);
    }

    internal static string Draw(IReadOnlyList<RatePoint> points, TimeSpan step, bool isDark, bool isNarrow = false)
    {
        var plot = PlotTheme.Create(isDark);
        foreach (var run in Runs(points, step))
        {
            var scatter = plot.Add.Scatter(run.Select(point => point.At.UtcDateTime.ToOADate()).ToArray(), run.Select(point => point.ImagesPerSecond).ToArray());
            (scatter.Color, scatter.LineWidth, scatter.MarkerSize) = (PlotTheme.Blue(isDark), 2, run.Count == 1 ? 5 : 0);
        }
        var form = Form(points, step);
        plot.Axes.Bottom.TickGenerator = new DateTimeAutomatic { LabelFormatter = at => at.ToString(form, CultureInfo.InvariantCulture) };
        // Half of the last label stands beyond the axis.
        plot.Axes.Right.MinimumSize = 30;
        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(0, Math.Max(0.1, points.Select(point => point.ImagesPerSecond).DefaultIfEmpty(1).Max() * 1.1));
        plot.YLabel("images/s");
        plot.XLabel("UTC");
        var (width, height) = isNarrow ? Narrow : Wide;
        return plot.GetSvgXml(width, height);
    }

    // Ticks of a short time are less than a minute apart, and would all have the same label.
    private static string Form(IReadOnlyList<RatePoint> points, TimeSpan step) =>
        points.Count > 0 && points[^1].At - points[0].At < TimeSpan.FromMinutes(20) ? "HH:mm:ss" : step.TotalMinutes < 5 ? "HH:mm" : "MM-dd HH:mm";

    // Points that follow each other without a gap.
    private static List<List<RatePoint>> Runs(IReadOnlyList<RatePoint> points, TimeSpan step)
    {
        var runs = new List<List<RatePoint>>();
        foreach (var point in points)
        {
            if (runs is not [.., var last] || point.At - last[^1].At > step * 1.5) runs.Add([point]);
            else last.Add(point);
        }
        return runs;
    }
}

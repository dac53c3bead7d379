using System.Globalization;
using System.Text;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Plots;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Atelier.Dashboard.Jobs;

/// <summary>How fast a job was, as a picture: images a second over time. Gaps stay gaps.</summary>
internal static class RatePlot
{
    private const int Width = 900;
    private const int Height = 300;
    private const string Running = "#0072B2";

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

    private static async Task<IResult> ShowAsync(string job, string? span, string? theme, JobLook look, TimeProvider time, HttpContext context, CancellationToken cancellationToken)
    {
        var chosen = SpanOf(span);
        var points = await ReadAsync(look, job, chosen, time, cancellationToken);
        context.Response.Headers.CacheControl = "no-cache, private";
        return TypedResults.Text(Draw(points, Spans.First(one => one.Word == chosen).Step, theme == "dark"), "image/svg+xml", Encoding.UTF8);
    }

    internal static string Draw(IReadOnlyList<RatePoint> points, TimeSpan step, bool isDark)
    {
        var plot = EmbeddedFont.CreatePlot();
        var (ink, paper, line) = isDark ? ("#E6E9ED", "#15181C", "#363C44") : ("#1B1F24", "#FFFFFF", "#D5D9DF");
        plot.FigureBackground.Color = Color.FromHex(paper);
        plot.Axes.Color(Color.FromHex(ink));
        plot.Grid.MajorLineColor = Color.FromHex(line);
        foreach (var run in Runs(points, step))
        {
            var scatter = plot.Add.Scatter(run.Select(point => point.At.UtcDateTime.ToOADate()).ToArray(), run.Select(point => point.ImagesPerSecond).ToArray());
            (scatter.Color, scatter.LineWidth, scatter.MarkerSize) = (Color.FromHex(isDark ? "#56B4E9" : Running), 2, run.Count == 1 ? 5 : 0);
        }
        plot.Axes.Bottom.TickGenerator = new DateTimeAutomatic { LabelFormatter = at => at.ToString(step.TotalMinutes < 5 ? "HH:mm" : "MM-dd HH:mm", CultureInfo.InvariantCulture) };
        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(0, Math.Max(0.1, points.Select(point => point.ImagesPerSecond).DefaultIfEmpty(1).Max() * 1.1));
        plot.YLabel("images/s");
        plot.XLabel("UTC");
        return plot.GetSvgXml(Width, Height);
    }

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

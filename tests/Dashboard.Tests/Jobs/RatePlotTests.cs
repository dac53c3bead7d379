using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Jobs;

namespace Atelier.Dashboard.Tests.Jobs;

public sealed class RatePlotTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public void Plot_OfAnyNumberOfPoints_IsAnSvg(int points)
    {
        var svg = RatePlot.Draw([.. Enumerable.Range(0, points).Select(Point)], TimeSpan.FromSeconds(10), isDark: true);
        Assert.Contains("<svg", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Gaps_StayGaps()
    {
        var whole = RatePlot.Draw([.. Enumerable.Range(0, 20).Select(Point)], TimeSpan.FromSeconds(10), isDark: false);
        var torn = RatePlot.Draw([.. Enumerable.Range(0, 20).Where(at => at is < 5 or > 10).Select(Point)], TimeSpan.FromSeconds(10), isDark: false);
        Assert.Equal(1, Lines(torn) - Lines(whole));
    }

    private static RatePoint Point(int at) => new(Start + TimeSpan.FromSeconds(10 * at), 2 + at % 3, 1, 0, 0);

    private static int Lines(string svg) => svg.Split("stroke=\"#0072B2\"").Length;
}

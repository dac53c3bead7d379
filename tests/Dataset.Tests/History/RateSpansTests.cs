using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.History;

namespace Atelier.Dataset.Tests.History;

public sealed class RateSpansTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Group_ByMinutes_LeavesGaps_AndWhatIsTooOld()
    {
        var points = new[] { Point(-10, 9), Point(70, 6), Point(0, 1), Point(10, 3), Point(190, 5) };
        Assert.Equal(
            [new RatePoint(Noon, 2, 1, 10, 0), new RatePoint(Noon.AddMinutes(1), 6, 1, 70, 0), new RatePoint(Noon.AddMinutes(3), 5, 1, 190, 0)],
            RateSpans.Group(points, Noon, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void CheckStep_ShorterThanASpan_SaysWhatIsAllowed()
    {
        RateSpans.CheckStep(RateSpans.Shortest);
        var refused = Assert.Throws<InvalidInputException>(() => RateSpans.CheckStep(TimeSpan.FromSeconds(9.5)));
        Assert.Equal("step is '9.5 s'; allowed: 10 s or more", refused.Message);
    }

    private static RatePoint Point(int seconds, double rate) => new(Noon.AddSeconds(seconds), rate, 1, Math.Max(0, seconds), 0);
}

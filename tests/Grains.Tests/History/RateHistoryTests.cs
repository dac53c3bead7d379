using Atelier.Abstractions.Jobs;
using Atelier.Grains.History;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.History;

public sealed class RateHistoryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Noon);

    [Fact]
    public void Observe_TwiceInASpan_IsTheMeanOfTheRates_TheMostWorkers_AndTheLastCounts()
    {
        var history = new RateHistory(_time);
        history.Observe(2, 3, 10, 1);
        _time.Advance(TimeSpan.FromSeconds(5));
        history.Observe(4, 2, 20, 2);
        Assert.Equal(new RatePoint(Noon, 3, 3, 20, 2), Assert.Single(history.Unsaved));
    }

    [Fact]
    public void Observe_InTheNextHour_GivesThePointsOfTheLast()
    {
        var history = new RateHistory(_time);
        for (var look = 0; look < 360; look++)
        {
            Assert.Null(history.Observe(1, 1, look, 0));
            _time.Advance(RateHistory.Span);
        }
        var hour = history.Observe(1, 1, 360, 0);
        Assert.Equal((360, Noon, Noon.AddMinutes(59).AddSeconds(50)), (hour!.Count, hour[0].At, hour[^1].At));
        Assert.Equal(Noon.AddHours(1), Assert.Single(history.Unsaved).At);
        Assert.Equal(360, Assert.Single(history.TakeAll()!).Finished);
        Assert.Null(history.TakeAll());
    }

    [Fact]
    public void Spread_OfTenMinutes_LeavesOutOneInTenAtEitherEnd()
    {
        var history = new RateHistory(_time);
        Assert.Null(history.Spread);
        for (var rate = 1; rate <= 61; rate++)
        {
            history.Observe(rate, 1, 0, 0);
            _time.Advance(RateHistory.Span);
        }
        // The last span has not ended yet.
        Assert.Equal((7, 54), history.Spread);
    }
}

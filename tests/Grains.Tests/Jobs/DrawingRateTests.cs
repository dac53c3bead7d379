using Atelier.Grains.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Jobs;

public sealed class DrawingRateTests
{
    [Fact]
    public void PerSecond_IsTheSlopeOfTheLastHalfMinute()
    {
        var time = new FakeTimeProvider();
        var rate = new DrawingRate(time);
        Assert.Equal(0, rate.PerSecond);
        for (var second = 0; second <= 100; second++)
        {
            rate.Observe(second < 60 ? second : 60 + 3 * (second - 60));
            time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(3, rate.PerSecond, 6);
    }

    [Fact]
    public void PerSecond_WhenWorkIsLost_IsNeverNegative()
    {
        var time = new FakeTimeProvider();
        var rate = new DrawingRate(time);
        rate.Observe(10);
        time.Advance(TimeSpan.FromSeconds(1));
        rate.Observe(4);
        Assert.Equal(0, rate.PerSecond);
    }
}

using Atelier.Grains.Committing;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Committing;

public sealed class CommitRateTests
{
    [Fact]
    public void PerSecond_IsTheSlopeOfTheLastHalfMinute()
    {
        var time = new FakeTimeProvider();
        var rate = new CommitRate(time);
        Assert.Equal(0, rate.PerSecond);
        for (var second = 0; second <= 100; second++)
        {
            rate.Observe(second < 60 ? second : 60 + 3 * (second - 60));
            time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(3, rate.PerSecond, 6);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, rate.PerSecond);
    }

    [Fact]
    public void PerSecond_OfABurst_IsUnknown()
    {
        var time = new FakeTimeProvider();
        var rate = new CommitRate(time);
        rate.Observe(4);
        time.Advance(TimeSpan.FromMilliseconds(10));
        rate.Observe(8);
        Assert.Equal(0, rate.PerSecond);
        time.Advance(TimeSpan.FromMilliseconds(1990));
        rate.Observe(12);
        Assert.Equal(4, rate.PerSecond);
    }

    [Fact]
    public void PerSecond_WhenWorkIsLost_IsNeverNegative()
    {
        var time = new FakeTimeProvider();
        var rate = new CommitRate(time);
        rate.Observe(10);
        time.Advance(TimeSpan.FromSeconds(3));
        rate.Observe(4);
        Assert.Equal(0, rate.PerSecond);
    }
}

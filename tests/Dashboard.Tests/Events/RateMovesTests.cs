using System.Text.Json;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Events;
using Atelier.Dataset.History;

namespace Atelier.Dashboard.Tests.Events;

public sealed class RateMovesTests
{
    [Fact]
    public async Task Next_TellsEachSpanOnce_WhenItIsOver()
    {
        var clock = new Clock { Now = DateTimeOffset.UnixEpoch };
        // Four images a second, seen every five seconds.
        var seen = Enumerable.Range(0, 100).Select(number => new RatePoint(DateTimeOffset.UnixEpoch.AddSeconds(5 * number), 4, 1, number, 0)).ToList();
        var rates = new RateMoves("some", (since, _) => Task.FromResult<IReadOnlyList<RatePoint>>(RateSpans.Group(seen.Where(point => point.At <= clock.Now), since, RateSpans.Shortest)), clock);
        var told = new List<double>();
        for (var second = 0; second <= 45; second++)
        {
            clock.Now = DateTimeOffset.UnixEpoch.AddSeconds(second);
            if (await rates.NextAsync(TestContext.Current.CancellationToken) is not { } happened) continue;
            Assert.Equal("rate", happened.Type);
            told.AddRange(JsonDocument.Parse(happened.Data).RootElement.GetProperty("points").EnumerateArray().Select(point => (point.GetProperty("at").GetDateTimeOffset() - DateTimeOffset.UnixEpoch).TotalSeconds));
        }
        Assert.Equal([0, 10, 20, 30], told);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

using System.Collections.Immutable;
using Atelier.Abstractions.Jobs;

namespace Atelier.Dataset.History;

/// <summary>Puts points of a job's rate together to longer spans, so that a picture of months has no more of them than one of an hour.</summary>
public static class RateSpans
{
    /// <summary>The shortest span, and the one in which rates are kept.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);

    private const int MaxPoints = 5000;

    /// <summary>Spans of a length: the mean of their rates, the most workers, the last counts. Where there is no point, there is no span; at most the last 5,000.</summary>
    /// <param name="points">Points, in any order.</param>
    /// <param name="since">From when on.</param>
    /// <param name="step">The length, more than nothing.</param>
    public static ImmutableArray<RatePoint> Group(IEnumerable<RatePoint> points, DateTimeOffset since, TimeSpan step) =>
    [
        .. points.Where(point => point.At >= since)
            .OrderBy(point => point.At)
            .GroupBy(point => point.At.UtcTicks - point.At.UtcTicks % step.Ticks)
            .Select(some => new RatePoint(
                new DateTimeOffset(some.Key, TimeSpan.Zero), some.Average(point => point.ImagesPerSecond), some.Max(point => point.Workers), some.Max(point => point.Finished), some.Last().Failed))
            .TakeLast(MaxPoints),
    ];

    /// <summary>Refuses a length that no span has.</summary>
    /// <param name="step">The length.</param>
    /// <exception cref="Abstractions.InvalidInputException">It is shorter than <see cref="Shortest"/>.</exception>
    public static void CheckStep(TimeSpan step)
    {
        if (step < Shortest) throw new Abstractions.InvalidInputException($"step is '{step.TotalSeconds:0.###} s'; allowed: {Shortest.TotalSeconds:0} s or more");
    }
}

using Atelier.Abstractions.Jobs;
using Atelier.Dataset.History;

namespace Atelier.Grains.History;

/// <summary>How fast a job has been while this activation looked, in spans of ten seconds; what is older than the hour is taken out to be kept in the store.</summary>
internal sealed class RateHistory(TimeProvider time)
{
    /// <summary>The length of a span.</summary>
    public static readonly TimeSpan Span = RateSpans.Shortest;

    // Ten minutes; fewer than half a minute tell nothing.
    private const int RecentSpans = 60;
    private const int FewestSpans = 3;

    private readonly List<RatePoint> _hour = [];
    private readonly Queue<double> _recent = new();
    private (RatePoint Point, int Looks)? _now;

    /// <summary>Points that no file has yet, ascending.</summary>
    public IReadOnlyList<RatePoint> Unsaved => _now is { } now ? [.. _hour, now.Point] : _hour;

    /// <summary>The rates of the last minutes that one in ten was below and above; null while too few were seen.</summary>
    public (double Low, double High)? Spread
    {
        get
        {
            if (_recent.Count < FewestSpans) return null;
            var rates = _recent.Order().ToArray();
            var edge = rates.Length / 10;
            return (rates[edge], rates[^(edge + 1)]);
        }
    }

    /// <summary>Notes how fast the job is. Called every few seconds while it runs.</summary>
    /// <returns>The points of an hour that is over, to be kept; null where none is.</returns>
    public IReadOnlyList<RatePoint>? Observe(double imagesPerSecond, int workers, long finished, long failed)
    {
        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        var at = DateTimeOffset.FromUnixTimeSeconds(seconds - seconds % (long)Span.TotalSeconds);
        if (_now is { } now && now.Point.At == at)
        {
            var mean = (now.Point.ImagesPerSecond * now.Looks + imagesPerSecond) / (now.Looks + 1);
            _now = (new RatePoint(at, mean, Math.Max(now.Point.Workers, workers), finished, failed), now.Looks + 1);
            return null;
        }
        EndSpan();
        _now = (new RatePoint(at, imagesPerSecond, workers, finished, failed), 1);
        return _hour is [var first, ..] && first.At.UtcDateTime.Ticks / TimeSpan.TicksPerHour != at.UtcDateTime.Ticks / TimeSpan.TicksPerHour ? Take() : null;
    }

    /// <summary>All points that no file has yet, since the job ends; null where there are none.</summary>
    public IReadOnlyList<RatePoint>? TakeAll()
    {
        EndSpan();
        return _hour.Count > 0 ? Take() : null;
    }

    private void EndSpan()
    {
        if (_now is not { } now) return;
        _hour.Add(now.Point);
        _now = null;
        if (now.Point.ImagesPerSecond <= 0) return;
        _recent.Enqueue(now.Point.ImagesPerSecond);
        if (_recent.Count > RecentSpans) _recent.Dequeue();
    }

    private List<RatePoint> Take()
    {
        List<RatePoint> taken = [.. _hour];
        _hour.Clear();
        return taken;
    }
}

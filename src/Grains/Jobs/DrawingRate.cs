namespace Atelier.Grains.Jobs;

/// <summary>Images a second over a sliding window of half a minute. Keeps a few points a second however often it is told.</summary>
internal sealed class DrawingRate(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(250);
    private readonly Queue<(long At, double Drawn)> _points = new();
    private (long At, double Drawn) _last;
    private long _spaced;

    /// <summary>Notes how much is drawn in all by now; drops when a worker loses its work.</summary>
    public void Observe(double drawn)
    {
        _last = (time.GetTimestamp(), drawn);
        if (_points.Count > 0 && time.GetElapsedTime(_spaced) < Spacing) return;
        _spaced = _last.At;
        _points.Enqueue(_last);
        while (_points.Count > 2 && time.GetElapsedTime(_points.Peek().At) > Window) _points.Dequeue();
    }

    /// <summary>The rate, or 0 before two observations that lie apart, and when the last is long ago.</summary>
    public double PerSecond
    {
        get
        {
            if (_points.Count == 0 || time.GetElapsedTime(_last.At) > Window) return 0;
            var first = _points.Peek();
            var seconds = time.GetElapsedTime(first.At, _last.At).TotalSeconds;
            return seconds <= 0 ? 0 : Math.Max(0, (_last.Drawn - first.Drawn) / seconds);
        }
    }
}

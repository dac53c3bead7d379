namespace Atelier.Grains.Jobs;

/// <summary>Images a second over a sliding window of half a minute.</summary>
internal sealed class DrawingRate(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
    private readonly Queue<(long At, double Drawn)> _points = new();

    /// <summary>Notes how much is drawn in all by now; drops when a worker loses its work.</summary>
    public void Observe(double drawn)
    {
        _points.Enqueue((time.GetTimestamp(), drawn));
        while (_points.Count > 2 && time.GetElapsedTime(_points.Peek().At) > Window) _points.Dequeue();
    }

    /// <summary>The rate, or 0 before two observations that lie apart.</summary>
    public double PerSecond
    {
        get
        {
            if (_points.Count < 2) return 0;
            var (first, last) = (_points.Peek(), _points.Last());
            var seconds = time.GetElapsedTime(first.At, last.At).TotalSeconds;
            return seconds <= 0 ? 0 : Math.Max(0, (last.Drawn - first.Drawn) / seconds);
        }
    }
}

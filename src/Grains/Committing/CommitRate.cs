
namespace Atelier.Grains.Committing;

/// <summary>
/// Samples a second by the commits of the last half minute. Keeps a few points a second however often it is told. It knows whole shards only, so that it
/// says nothing true before several of them are there: it is for shards that are shorter than the time to the first heartbeat.
/// </summary>
internal sealed class CommitRate(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(250);

    // Workers commit in bursts; over less than this, a burst would be taken for a rate.
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(2);

    private readonly Queue<(long At, double Samples)> _points = new();
    private (long At, double Samples) _last;
    private long _spaced;

    /// <summary>Notes how much is committed in all by now.</summary>
    public void Observe(double samples)
    {
        _last = (time.GetTimestamp(), samples);
        if (_points.Count > 0 && time.GetElapsedTime(_spaced) < Spacing) return;
        _spaced = _last.At;
        _points.Enqueue(_last);
        while (_points.Count > 2 && time.GetElapsedTime(_points.Peek().At) > Window) _points.Dequeue();
    }

    /// <summary>The rate, or 0 before two commits that lie apart, and when the last is long ago.</summary>
    public double PerSecond
    {
        get
        {
            if (_points.Count == 0 || time.GetElapsedTime(_last.At) > Window) return 0;
            var first = _points.Peek();
            var elapsed = time.GetElapsedTime(first.At, _last.At);
            return elapsed < LeastTime ? 0 : Math.Max(0, (_last.Samples - first.Samples) / elapsed.TotalSeconds);
        }
    }
}

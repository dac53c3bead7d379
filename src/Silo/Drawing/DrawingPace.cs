
namespace Atelier.Silo.Drawing;

/// <summary>
/// Samples that a worker draws in a second, measured step by step: the work of its steps over the time from one to the next, both weighted by
/// exp(-age / 30 s). The time between batches and shards counts, since it is lost to the samples; that before the first step of a job does not, nor does that
/// step, in which the model is loaded and libraries set themselves up. One thread draws; others may ask.
/// </summary>
internal sealed class DrawingPace(TimeProvider time)
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private Guid _job;
    private long? _last;
    private double _samples;
    private double _seconds;
    private double _lastSeconds;
    private double _steps;

    /// <summary>The pace, or 0 before a step was measured. It falls while a step takes longer than the last one did.</summary>
    public double PerSecond
    {
        get
        {
            lock (_lock)
            {
                if (_seconds <= 0) return 0;
                var overdue = time.GetElapsedTime(_last!.Value).TotalSeconds - _lastSeconds;
                return _samples / (_seconds + Math.Max(0, overdue));
            }
        }
    }

    /// <summary>Seconds from one step to the next, on average; 0 before a step was measured.</summary>
    public double StepSeconds
    {
        get
        {
            lock (_lock) return _steps > 0 ? _seconds / _steps : 0;
        }
    }

    /// <summary>Work of a job begins. What was measured of another one is forgotten.</summary>
    /// <param name="incarnation">The job.</param>
    public void Begin(Guid incarnation)
    {
        lock (_lock)
        {
            if (incarnation == _job) return;
            (_job, _last, _samples, _seconds, _lastSeconds, _steps) = (incarnation, null, 0, 0, 0, 0);
        }
    }

    /// <summary>A step is done.</summary>
    /// <param name="samples">Its work, in samples.</param>
    public void Add(double samples)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_last is { } last)
            {
                _lastSeconds = time.GetElapsedTime(last, now).TotalSeconds;
                var weight = Math.Exp(-_lastSeconds / Memory.TotalSeconds);
                (_samples, _seconds, _steps) = (_samples * weight + samples, _seconds * weight + _lastSeconds, _steps * weight + 1);
            }
            _last = now;
        }
    }
}

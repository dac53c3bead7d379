namespace Atelier.Silo.Drawing;

/// <summary>
/// Measures how long this worker takes for a step of this job, and so how long a whole shard takes: its batches times the steps of a batch times
/// the mean of the steps so far. One thread draws; others may ask.
/// </summary>
/// <param name="time">The time.</param>
/// <param name="batches">Batches of the shard that have to be drawn by somebody.</param>
/// <param name="stepsPerBatch">Steps of each.</param>
internal sealed class BatchClock(TimeProvider time, int batches, int stepsPerBatch)
{
    /// <summary>
    /// The finished batches of a shard that takes longer are kept as parts. Below it, a lost worker costs less than all the writing would; at it, a
    /// batch is still seconds long where shards have a few batches, and its part some milliseconds of upload.
    /// </summary>
    public static readonly TimeSpan LongShard = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private TimeSpan _finishedTime;
    private int _finishedBatches;
    private long _started;
    private TimeSpan _currentTime;
    private int _currentSteps;

    /// <summary>Whether the shard is one whose batches are worth keeping, by what is known now; no before the first step.</summary>
    public bool IsLong
    {
        get
        {
            lock (_lock)
            {
                var steps = (long)_finishedBatches * stepsPerBatch + _currentSteps;
                return steps > 0 && (_finishedTime + _currentTime) / steps * stepsPerBatch * batches > LongShard;
            }
        }
    }

    /// <summary>A batch begins.</summary>
    public void Begin()
    {
        lock (_lock) (_started, _currentTime, _currentSteps) = (time.GetTimestamp(), TimeSpan.Zero, 0);
    }

    /// <summary>A step of the batch is done.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan Step()
    {
        lock (_lock)
        {
            var before = _currentTime;
            (_currentTime, _currentSteps) = (time.GetElapsedTime(_started), _currentSteps + 1);
            return _currentTime - before;
        }
    }

    /// <summary>The batch is done.</summary>
    /// <returns>How long it took.</returns>
    public TimeSpan End()
    {
        lock (_lock)
        {
            var duration = time.GetElapsedTime(_started);
            _finishedTime += duration;
            _finishedBatches++;
            (_currentTime, _currentSteps) = (TimeSpan.Zero, 0);
            return duration;
        }
    }
}

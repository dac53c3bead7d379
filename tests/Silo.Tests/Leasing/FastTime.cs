namespace Atelier.Silo.Tests.Leasing;

/// <summary>Time that runs a number of times as fast, so that a silo with all its timers lives through minutes in seconds.</summary>
internal sealed class FastTime(int factor) : TimeProvider
{
    private readonly DateTimeOffset _start = System.GetUtcNow();
    private readonly long _origin = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => (System.GetTimestamp() - _origin) * factor;

    public override DateTimeOffset GetUtcNow() => _start + (System.GetUtcNow() - _start) * factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Shorten(dueTime), Shorten(period));

    /// <summary>Lets time pass on the calling thread, unless it is cancelled.</summary>
    public void Wait(TimeSpan time, CancellationToken cancellationToken)
    {
        if (time > TimeSpan.Zero) cancellationToken.WaitHandle.WaitOne(time / factor);
    }

    private TimeSpan Shorten(TimeSpan time) => time <= TimeSpan.Zero ? time : time / factor;
}

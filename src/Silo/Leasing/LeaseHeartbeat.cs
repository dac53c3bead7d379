using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Leasing;

/// <summary>Keeps a lease alive while its work is done, and learns when the work is not wanted any more.</summary>
internal sealed partial class LeaseHeartbeat : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // The first ones come sooner, so that whoever watches sees early what is done and how fast.
    private static readonly TimeSpan FirstPeriod = Period / 4;

    private readonly CancellationTokenSource _unwanted = new();
    private readonly CancellationTokenSource _done = new();
    private readonly ILogger _logger;
    private readonly Task _beating;

    /// <summary>Starts the heartbeats.</summary>
    /// <param name="job">Who gave the lease.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="progress">How far the work is.</param>
    /// <param name="time">The time.</param>
    /// <param name="logger">Told of heartbeats that are lost.</param>
    public LeaseHeartbeat(IJobGrain job, WorkLease lease, Func<WorkProgress> progress, TimeProvider time, ILogger logger)
    {
        _logger = logger;
        _beating = BeatAsync(job, lease, progress, time);
    }

    /// <summary>Cancelled when the work is not wanted any more.</summary>
    public CancellationToken Unwanted => _unwanted.Token;

    /// <summary>Ends the heartbeats; none is on its way when the task completes.</summary>
    public async Task EndAsync()
    {
        await _done.CancelAsync();
        await _beating;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _unwanted.Dispose();
        _done.Dispose();
    }

    private async Task BeatAsync(IJobGrain job, WorkLease lease, Func<WorkProgress> progress, TimeProvider time)
    {
        using var timer = new PeriodicTimer(FirstPeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_done.Token))
            {
                if (timer.Period < Period) timer.Period *= 2;
                try
                {
                    if (!(await job.Heartbeat([new LeaseProgress(lease, progress())])).IsEmpty) await _unwanted.CancelAsync();
                }
                catch (Exception lost) when (lost is OrleansException or TimeoutException or IOException)
                {
                    LogNoHeartbeat(lost, lease.JobId);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The work is finished.
        }
    }

    [LoggerMessage(LogLevel.Warning, "A heartbeat for {Job} is lost")]
    private partial void LogNoHeartbeat(Exception exception, string job);
}

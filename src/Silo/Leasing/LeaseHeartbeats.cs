using System.Collections.Immutable;
using Atelier.Abstractions.Workers;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Leasing;

/// <summary>
/// Keeps all leases of a process alive while their work is done, by one call a job a second, and learns when work is not wanted any more. A job has one call on
/// its way at a time: one whose grain does not answer holds up no other.
/// </summary>
internal sealed partial class LeaseHeartbeats : IAsyncDisposable
{
    /// <summary>How often a lease is kept alive, after its first beats.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // The first beats of a lease come after one and three of these, so that whoever watches sees early what is done and how fast.
    private const int TicksPerPeriod = 4;
    private const int SecondBeat = 3;

    private readonly Func<string, ImmutableArray<LeaseProgress>, Task<ImmutableArray<Guid>>> _beat;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, KeptLease> _kept = [];
    private readonly Dictionary<string, Task> _calls = [];
    private readonly CancellationTokenSource _done = new();
    private readonly Task _beating;

    /// <summary>Starts the heartbeats.</summary>
    /// <param name="beat">Tells a job of its leases, and returns those that are not wanted any more.</param>
    /// <param name="time">The time.</param>
    /// <param name="logger">Told of heartbeats that are lost.</param>
    public LeaseHeartbeats(Func<string, ImmutableArray<LeaseProgress>, Task<ImmutableArray<Guid>>> beat, TimeProvider time, ILogger logger)
    {
        (_beat, _logger) = (beat, logger);
        _beating = RunAsync(time);
    }

    /// <summary>Keeps a lease alive until that is disposed.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="progress">How far the work is.</param>
    public KeptLease Keep(WorkLease lease, Func<WorkProgress> progress)
    {
        var kept = new KeptLease(lease, progress, EndAsync);
        lock (_lock) _kept.Add(lease.Id, kept);
        return kept;
    }

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _beating;
        _done.Dispose();
    }

    private async Task EndAsync(KeptLease kept)
    {
        Task? call;
        lock (_lock)
        {
            _kept.Remove(kept.Lease.Id);
            call = _calls.GetValueOrDefault(kept.Lease.JobId);
        }
        if (call is not null) await call;
    }

    private async Task RunAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(Period / TicksPerPeriod, time);
        try
        {
            for (var tick = 1L; await timer.WaitForNextTickAsync(_done.Token); tick++) Beat(isFullBeat: tick % TicksPerPeriod == 0);
        }
        catch (OperationCanceledException)
        {
            // The workers have stopped.
        }
    }

    private void Beat(bool isFullBeat)
    {
        lock (_lock)
        {
            foreach (var kept in _kept.Values) kept.Ticks++;
            var due = _kept.Values.Where(kept => !kept.Unwanted.IsCancellationRequested && (isFullBeat || kept.Ticks is 1 or SecondBeat));
            foreach (var ofJob in due.GroupBy(kept => kept.Lease.JobId).ToList())
            {
                if (_calls.TryGetValue(ofJob.Key, out var call) && !call.IsCompleted) continue;
                _calls[ofJob.Key] = CallAsync(ofJob.Key, [.. ofJob]);
            }
            foreach (var (job, call) in _calls)
                if (call.IsCompleted) _calls.Remove(job);
        }
    }

    private async Task CallAsync(string job, List<KeptLease> leases)
    {
        // Off the lock.
        await Task.Yield();
        try
        {
            var unwanted = await _beat(job, [.. leases.Select(kept => new LeaseProgress(kept.Lease, kept.Progress()))]);
            foreach (var kept in leases.Where(kept => unwanted.Contains(kept.Lease.Id))) await kept.CancelAsync();
        }
        catch (Exception lost)
        {
            // Whatever it is, the other jobs and the next beats go on.
            LogNoHeartbeat(lost, job);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A heartbeat for {Job} is lost")]
    private partial void LogNoHeartbeat(Exception exception, string job);
}

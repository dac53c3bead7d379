using System.Runtime.CompilerServices;
using Atelier.Abstractions.Jobs;

namespace Atelier.Grains.Jobs;

/// <summary>
/// The progress of a job for any number of watchers: it is looked at a few times a second while there is one, however many there are, and they wake when it has changed.
/// Single-threaded, as a grain is.
/// </summary>
/// <param name="look">Looks at the job.</param>
/// <param name="time">The time.</param>
internal sealed class WatchedProgress(Func<JobProgress> look, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private JobProgress? _now;
    private int _watchers;
    private Task _looking = Task.CompletedTask;

    /// <summary>The job as it changes, ending with a final state.</summary>
    /// <param name="ended">The activation ends.</param>
    /// <param name="cancellationToken">The watcher ends.</param>
    public async IAsyncEnumerable<JobProgress> WatchAsync(CancellationToken ended, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ended, cancellationToken);
        _watchers++;
        try
        {
            Look();
            if (_looking.IsCompleted) _looking = LookAsync(ended);
            JobProgress? seen = null;
            while (true)
            {
                var (now, changed) = (_now!, _changed.Task);
                if (now != seen) yield return now;
                if (now.IsFinal) yield break;
                seen = now;
                // What has changed while the watcher was busy is there already.
                if (_now == seen) await changed.WaitAsync(stop.Token);
            }
        }
        finally
        {
            _watchers--;
        }
    }

    /// <summary>Tells watchers at once that the job's status is another one.</summary>
    /// <param name="status">The status; null where it is not known.</param>
    public void Signal(JobStatus? status)
    {
        if (_watchers > 0 && status != _now?.Status) Look();
    }

    private void Look()
    {
        var progress = look();
        if (progress == _now) return;
        _now = progress;
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private async Task LookAsync(CancellationToken ended)
    {
        while (_watchers > 0)
        {
            await Task.Delay(Period, time, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (ended.IsCancellationRequested) return;
            if (_watchers > 0) Look();
        }
    }
}

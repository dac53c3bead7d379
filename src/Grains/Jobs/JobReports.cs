using Atelier.Abstractions.Jobs;

namespace Atelier.Grains.Jobs;

/// <summary>
/// Tells the list of all jobs how this one is, when that has changed: at once when its status has, otherwise every two seconds at most. Single-threaded, as a grain is.
/// </summary>
/// <param name="look">Looks at the job.</param>
/// <param name="send">Tells it; may fail.</param>
/// <param name="time">The time.</param>
internal sealed class JobReports(Func<JobProgress> look, Func<JobListing, Task> send, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    // Also when nothing has changed, so that a list that was lost learns of it.
    private static readonly TimeSpan RepeatPeriod = TimeSpan.FromSeconds(10);

    private JobListing? _told;
    private long _toldAt;
    private bool _isTelling;
    private bool _hasChanged;
    private TaskCompletionSource _urgent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Says that the job may have changed.</summary>
    /// <param name="status">Where it stands now; null where there is no such job.</param>
    /// <param name="ended">The activation ends.</param>
    public void Signal(JobStatus? status, CancellationToken ended)
    {
        // Of a name without a job there is nothing to tell, unless there was one.
        if (status is null && _told is null) return;
        _hasChanged = true;
        if (_told?.Status != (status ?? JobStatus.Unknown)) _urgent.TrySetResult();
        if (!_isTelling) _ = TellAsync(ended);
    }

    private async Task TellAsync(CancellationToken ended)
    {
        _isTelling = true;
        while (_hasChanged && !ended.IsCancellationRequested)
        {
            (_hasChanged, _urgent) = (false, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            await TellOnceAsync();
            await Task.WhenAny(Task.Delay(Period, time, ended), _urgent.Task);
        }
        _isTelling = false;
    }

    private async Task TellOnceAsync()
    {
        var listing = Listing(look());
        if (listing == _told && time.GetElapsedTime(_toldAt) < RepeatPeriod) return;
        (_told, _toldAt) = (listing, time.GetTimestamp());
        try
        {
            await send(listing with { Changed = time.GetUtcNow() });
        }
        catch (Exception lost) when (lost is OrleansException or TimeoutException or ObjectDisposedException)
        {
            (_told, _hasChanged) = (null, true);
        }
    }

    private static JobListing Listing(JobProgress job) => new()
    {
        JobId = job.JobId,
        Status = job.Status,
        Submitter = job.Submitter,
        Priority = job.Priority,
        Samples = job.Samples,
        Finished = job.Finished,
        Failed = job.Failed,
        ImagesPerSecond = job.ImagesPerSecond,
        Eta = job.Eta,
        Created = job.Created,
        Message = job.Message,
        Code = job.Code,
        ModelDigest = job.ModelDigest,
    };
}

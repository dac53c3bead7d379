using System.Runtime.CompilerServices;
using System.Text.Json;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Json;
using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Events;

/// <summary>
/// The events of a job: <c>job</c>, all of how it stands, once a second at most; <c>state</c>, that its status has changed; and <c>end</c>. This is the one place that follows
/// jobs of the cluster.
/// </summary>
internal sealed class JobFeed(ClusterLink cluster, JobReader reader, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // Without a cluster, somebody may be copying files into the store.
    private static readonly TimeSpan StorePeriod = TimeSpan.FromSeconds(5);

    /// <summary>What happens to a job, until nothing can.</summary>
    public async IAsyncEnumerable<TopicEvent> ReadAsync(string job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JobStatus? status = null;
        await foreach (var progress in ThrottleAsync(ProgressAsync(job, cancellationToken), cancellationToken))
        {
            if (status is { } before && before != progress.Status) yield return new TopicEvent("state", Json(new StateChange(job, before, progress.Status, ReasonView.Of(progress), time.GetUtcNow())), IsKept: true);
            status = progress.Status;
            yield return new TopicEvent("job", Json(JobProgressView.Of(progress, time.GetUtcNow())), IsState: true);
        }
        yield return new TopicEvent("end", Json(new EndOfJob(job, status ?? JobStatus.Unknown)), IsKept: true);
    }

    private async IAsyncEnumerable<JobProgress> ProgressAsync(string job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (cluster.Client is null)
        {
            var stored = await StoredAsync(job, cancellationToken);
            yield return stored;
            if (stored.IsFinal) yield break;
            await Task.Delay(StorePeriod, time, cancellationToken);
        }
        await foreach (var progress in cluster.Client.WatchAsync(job, cancellationToken)) yield return progress;
    }

    private async Task<JobProgress> StoredAsync(string job, CancellationToken cancellationToken)
    {
        try
        {
            return (await reader.ReadAsync(job, cancellationToken)).Progress;
        }
        catch (ProblemException)
        {
            return new JobProgress { JobId = job, Status = JobStatus.Unknown };
        }
    }

    // The last of a burst is told too, after its time.
    private async IAsyncEnumerable<JobProgress> ThrottleAsync(IAsyncEnumerable<JobProgress> updates, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var source = updates.GetAsyncEnumerator(cancellationToken);
        var (next, told, pending) = (source.MoveNextAsync().AsTask(), (JobProgress?)null, (JobProgress?)null);
        var at = 0L;
        while (true)
        {
            if (pending is not null)
            {
                var left = Period - time.GetElapsedTime(at);
                if (left > TimeSpan.Zero) await Task.WhenAny(next, Task.Delay(left, time, cancellationToken));
                if (!next.IsCompleted)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    (told, pending, at) = (pending, null, time.GetTimestamp());
                    yield return told;
                    continue;
                }
            }
            if (!await next) break;
            pending = source.Current;
            next = source.MoveNextAsync().AsTask();
            if (told is not null && told.Status == pending.Status && !pending.IsFinal && time.GetElapsedTime(at) < Period) continue;
            (told, pending, at) = (pending, null, time.GetTimestamp());
            yield return told;
        }
        if (pending is not null) yield return pending;
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, ApiJson.Options);
}

/// <summary>That a job's status has changed.</summary>
internal sealed record StateChange(string Job, JobStatus From, JobStatus To, ReasonView? Reason, DateTimeOffset At);

/// <summary>That nothing more comes of a job.</summary>
internal sealed record EndOfJob(string Job, JobStatus Status);

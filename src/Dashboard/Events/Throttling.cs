using System.Runtime.CompilerServices;
using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Events;

/// <summary>Tells of a job at most once a second, unless its status changes.</summary>
internal static class Throttling
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>The same with what comes too soon left out; the last of a burst is told too, after its time.</summary>
    public static async IAsyncEnumerable<JobProgress> EverySecondAsync(IAsyncEnumerable<JobProgress> updates, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
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
}

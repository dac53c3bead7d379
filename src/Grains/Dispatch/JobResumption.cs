using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.Logging;

namespace Atelier.Grains.Dispatch;

/// <summary>
/// Wakes the unfinished jobs of the store, so that those with work announce themselves, a few at a time. A job that has answered is left alone from then on: it announces
/// itself whenever it has work again.
/// </summary>
internal sealed partial class JobResumption(IStore store, IGrainFactory grains, TimeProvider time, ILogger logger)
{
    /// <summary>Jobs that read the store at once.</summary>
    public const int AtOnce = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly HashSet<string> _settled = new(StringComparer.Ordinal);

    /// <summary>Looks through the index once. What is wrong with a job stays there.</summary>
    /// <returns>Whether every unfinished job has answered.</returns>
    /// <exception cref="IOException">The index cannot be read.</exception>
    public async Task<bool> WakeAsync()
    {
        var left = new Queue<string>((await JobIndex.ListAsync(store)).Where(job => !job.IsFinished && !_settled.Contains(job.JobId)).Select(job => job.JobId));
        var all = true;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => WakeInTurnAsync()));
        return all;

        async Task WakeInTurnAsync()
        {
            while (left.TryDequeue(out var job))
            {
                if (await WakeAsync(job)) _settled.Add(job);
                else all = false;
            }
        }
    }

    /// <summary>Wakes a job and waits while it reads the store.</summary>
    private async Task<bool> WakeAsync(string job)
    {
        try
        {
            for (var begun = time.GetTimestamp(); ; await Task.Delay(Pause, time))
            {
                var progress = await grains.GetGrain<IJobGrain>(job).GetProgress();
                // One with a message has failed to read it, and tries again by itself.
                if (progress is { Status: JobStatus.Recovering, Message: null } && time.GetElapsedTime(begun) < Patience) continue;
                return progress.Status is not (JobStatus.Recovering or JobStatus.Unknown);
            }
        }
#pragma warning disable CA1031 // Whatever is wrong with one job must not keep others asleep.
        catch (Exception lost)
#pragma warning restore CA1031
        {
            LogNotWoken(lost, job);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Job {Job} cannot be woken at present")]
    private partial void LogNotWoken(Exception exception, string job);
}

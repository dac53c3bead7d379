using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Dispatch;

/// <summary>
/// Wakes the unfinished jobs of the store, so that those with work announce themselves. A job that has answered is left alone from then on: it announces
/// itself whenever it has work again.
/// </summary>
internal sealed class JobResumption(IStore store, IGrainFactory grains)
{
    private readonly HashSet<string> _settled = new(StringComparer.Ordinal);

    /// <summary>Looks through the index once.</summary>
    /// <returns>Whether every unfinished job has answered.</returns>
    /// <exception cref="IOException">The index cannot be read.</exception>
    public async Task<bool> WakeAsync()
    {
        var all = true;
        foreach (var entry in await JobIndex.ListAsync(store))
        {
            if (entry.IsFinished || _settled.Contains(entry.JobId)) continue;
            try
            {
                var progress = await grains.GetGrain<IJobGrain>(entry.JobId).GetProgress();
                if (progress.Status is JobStatus.Recovering or JobStatus.Unknown) all = false;
                else _settled.Add(entry.JobId);
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException)
            {
                all = false;
            }
        }
        return all;
    }
}

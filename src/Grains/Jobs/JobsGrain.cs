using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Orleans.Concurrency;

namespace Atelier.Grains.Jobs;

/// <summary>Asks the grain of each job in the store's index, a few at a time.</summary>
[Reentrant]
internal sealed class JobsGrain(IStore store, TimeProvider time) : Grain, IJobsGrain
{
    private const int AtOnce = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async IAsyncEnumerable<JobProgress> List(string? after = null)
    {
        var jobs = await JobIndex.ListAsync(new WatchedStore(store, new StoreHealth(time)));
        foreach (var some in jobs.Select(job => job.JobId).Where(id => string.CompareOrdinal(id, after) > 0).Chunk(AtOnce))
        {
            // A marker without a job: its creator was lost before the job was there.
            foreach (var progress in await Task.WhenAll(some.Select(AskAsync)))
                if (progress.Status != JobStatus.Unknown) yield return progress;
        }
    }

    public Task<string> GetStore() => Task.FromResult(store.ToString()!);

    private async Task<JobProgress> AskAsync(string id)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                var progress = await GrainFactory.GetGrain<IJobGrain>(id).GetProgress();
                if (progress.Status != JobStatus.Recovering || time.GetElapsedTime(begun) > Patience) return progress;
            }
            catch (Exception lost) when (lost is OrleansException or TimeoutException)
            {
                if (time.GetElapsedTime(begun) > Patience) return new JobProgress { JobId = id, Status = JobStatus.Recovering, Message = lost.Message };
            }
            await Task.Delay(Pause, time);
        }
    }
}

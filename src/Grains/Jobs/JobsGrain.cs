using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace Atelier.Grains.Jobs;

/// <summary>Keeps a <see cref="JobCatalogue"/> up to date: reads which jobs there are and how they ended, and hears from those at work.</summary>
[Reentrant, KeepAlive]
internal sealed partial class JobsGrain(IStore store, TimeProvider time, ILogger<JobsGrain> logger) : Grain, IJobsGrain
{
    private const int ReadAtOnce = 500;
    private const int LearntAtOnce = 16;
    private static readonly TimeSpan IndexPeriod = TimeSpan.FromSeconds(2);

    private readonly WatchedStore _store = new(store, new StoreHealth(time));
    private readonly JobCatalogue _catalogue = new(time);
    private Task _reading = Task.CompletedTask;
    private Task _learning = Task.CompletedTask;
    private long? _begun;

    public async Task<JobPage> List(JobQuery query)
    {
        query.Check();
        if (query.IsFresh)
        {
            // One that began before this call may not see what this caller has done.
            await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (_reading.IsCompleted) _reading = ReadAsync();
        }
        else if (_reading.IsCompleted && (_reading.IsFaulted || _begun is not { } begun || time.GetElapsedTime(begun) >= IndexPeriod))
        {
            _reading = ReadAsync();
        }
        await _reading;
        return _catalogue.Page(query);
    }

    public Task Report(JobListing job)
    {
        _catalogue.Report(job);
        return Task.CompletedTask;
    }

    public Task<string> GetStore() => Task.FromResult(store.ToString()!);

    private async Task ReadAsync()
    {
        var (begun, asOf) = (time.GetTimestamp(), time.GetUtcNow());
        _begun = begun;
        var unknown = _catalogue.Update(await JobIndex.ListAsync(_store), begun, asOf);
        foreach (var some in unknown.Chunk(ReadAtOnce))
        {
            var outcomes = await JobIndex.ReadOutcomesAsync(_store, some);
            foreach (var (job, outcome) in some.Zip(outcomes))
                if (outcome is not null) _catalogue.End(job.JobId, outcome);
        }
        if (_learning.IsCompleted) _learning = LearnAsync(new Queue<string>(_catalogue.Unknown));
    }

    /// <summary>Reads what the store says of jobs that sleep and have told nothing, since this activation is new; nobody waits for it.</summary>
    private Task LearnAsync(Queue<string> jobs)
    {
        return Task.WhenAll(Enumerable.Range(0, LearntAtOnce).Select(_ => LearnInTurnAsync()));

        async Task LearnInTurnAsync()
        {
            try
            {
                while (jobs.TryDequeue(out var job))
                    if (await StoredJob.ReadAsync(_store, job) is { } stored) _catalogue.Learn(stored.Listing);
            }
            catch (IOException lost)
            {
                LogNotRead(lost);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Jobs that sleep cannot be read at present")]
    private partial void LogNotRead(Exception exception);
}

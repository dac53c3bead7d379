using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Jobs;

/// <summary>All jobs, read once a second however many ask: from the cluster, or from the store where no silo answers.</summary>
internal sealed class JobList(ClusterLink cluster, IStore store, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private const int ReadsAtOnce = 32;

    // The first listing of ten thousand jobs takes the cluster some seconds, and anybody else too.
    private const int FirstListing = 5;

    private readonly Lock _gate = new();
    private Task<AllJobs>? _reading;
    private long _begun;
    private bool _isStale;

    /// <summary>A page of those that are wanted.</summary>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async Task<JobPageView> ReadAsync(JobListRequest request, CancellationToken cancellationToken)
    {
        var all = await ReadAllAsync(cancellationToken);
        var (wanted, counts) = request.Filter.Choose(all.Jobs, job => job.Status, status => request.Statuses.IsEmpty || request.Statuses.Contains(status), request.Order);
        var end = Math.Min((long)request.From + request.Limit, wanted.Count);
        return new JobPageView(
            [.. wanted.Skip(request.From).Take(request.Limit).Select(JobRowView.Of)],
            end < wanted.Count ? end.ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
            wanted.Count,
            counts,
            all.IsLive,
            all.AsOf);
    }

    /// <summary>Says that something was done of which the next reader is to see the effect.</summary>
    public void Expire()
    {
        lock (_gate) _isStale = true;
    }

    /// <summary>All jobs, in ordinal order of their names.</summary>
    public Task<AllJobs> ReadAllAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var isFresh = _reading is { IsFaulted: false } && (!_reading.IsCompleted || time.GetElapsedTime(_begun) < Fresh);
            if (_reading is null || _isStale || !isFresh)
            {
                var isStale = _isStale;
                (_begun, _isStale) = (time.GetTimestamp(), false);
                // Whoever gives up leaves it to the others.
                _reading = Task.Run(() => ReadAllAsync(isStale), CancellationToken.None);
            }
            return _reading.WaitAsync(cancellationToken);
        }
    }

    private async Task<AllJobs> ReadAllAsync(bool isFresh)
    {
        try
        {
            var jobs = new List<JobListing>();
            var query = new JobQuery { Count = JobQuery.MaxCount, IsFresh = isFresh };
            while (true)
            {
                var page = await cluster.AskAsync((client, cancel) => client.ListAsync(query, cancel), CancellationToken.None, times: FirstListing);
                jobs.AddRange(page.Jobs);
                if (page.Jobs.Length < query.Count) return new AllJobs(jobs, page.AsOf, IsLive: true);
                query = query with { After = page.Jobs[^1].JobId, IsFresh = false };
            }
        }
        catch (ClusterUnreachableException)
        {
            return await ReadStoreAsync();
        }
    }

    private async Task<AllJobs> ReadStoreAsync()
    {
        var asOf = time.GetUtcNow();
        var index = await JobIndex.ListAsync(store);
        var outcomes = await JobIndex.ReadOutcomesAsync(store, index);
        var jobs = new JobListing?[index.Count];
        await Parallel.ForAsync(0, index.Count, new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce }, async (place, cancel) =>
            jobs[place] = outcomes[place] is { } outcome ? outcome.ToListing(index[place].JobId) : (await StoredJob.ReadAsync(store, index[place].JobId, cancel))?.Listing);
        return new AllJobs([.. jobs.OfType<JobListing>()], asOf, IsLive: false);
    }
}

/// <summary>All jobs at one moment.</summary>
internal sealed record AllJobs(IReadOnlyList<JobListing> Jobs, DateTimeOffset AsOf, bool IsLive);

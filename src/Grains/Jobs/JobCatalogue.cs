using System.Collections.Immutable;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Catalogue;

namespace Atelier.Grains.Jobs;

/// <summary>What is known of all jobs: which there are, how those at work say they are, and how the others ended. Asks nobody.</summary>
internal sealed class JobCatalogue(TimeProvider time)
{
    // A job at work says so every five seconds: one that has fallen silent has lost its silo.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (JobListing Listing, long At)> _reported = [];
    private readonly Dictionary<string, JobListing> _ended = [];
    private readonly Dictionary<string, JobListing> _stored = [];
    private DateTimeOffset _asOf;

    /// <summary>Jobs of which nothing is known but that they are.</summary>
    public IEnumerable<string> Unknown => _names.Where(job => !_reported.ContainsKey(job) && !_ended.ContainsKey(job) && !_stored.ContainsKey(job));

    /// <summary>Notes what a job says of itself.</summary>
    public void Report(JobListing job)
    {
        if (job.Status == JobStatus.Unknown)
        {
            Forget(job.JobId);
            return;
        }
        _names.Add(job.JobId);
        _reported[job.JobId] = (job, time.GetTimestamp());
        _stored.Remove(job.JobId);
    }

    /// <summary>Notes which jobs there are.</summary>
    /// <param name="index">All jobs of the store.</param>
    /// <param name="begun">When the listing began, as a timestamp: jobs that have reported since may be missing in it.</param>
    /// <param name="asOf">The same, as a date.</param>
    /// <returns>Jobs that have ended in a way which is not known yet.</returns>
    public IReadOnlyList<JobIndexEntry> Update(IReadOnlyList<JobIndexEntry> index, long begun, DateTimeOffset asOf)
    {
        _asOf = asOf;
        var listed = index.Select(job => job.JobId).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _names.Where(name => !listed.Contains(name) && !(_reported.TryGetValue(name, out var said) && said.At >= begun)).ToList()) Forget(gone);
        var unknown = new List<JobIndexEntry>();
        foreach (var job in index)
        {
            _names.Add(job.JobId);
            if (!job.IsFinished) _ended.Remove(job.JobId);
            else if (!_ended.ContainsKey(job.JobId)) unknown.Add(job);
            // What the store says takes less memory to keep up to date.
            else if (_reported.TryGetValue(job.JobId, out var said) && said.Listing.Status is JobStatus.Completed or JobStatus.Cancelled) _reported.Remove(job.JobId);
        }
        return unknown;
    }

    /// <summary>Notes how a job ended.</summary>
    public void End(string job, JobOutcome outcome) => _ended[job] = outcome.ToListing(job);

    /// <summary>Notes what the store says of a job that has not said anything; it holds until it does.</summary>
    public void Learn(JobListing job)
    {
        if (_names.Contains(job.JobId) && !_reported.ContainsKey(job.JobId)) _stored[job.JobId] = job;
    }

    /// <summary>The jobs that are asked for, as far as they are known.</summary>
    public JobPage Page(JobQuery query)
    {
        var page = ImmutableArray.CreateBuilder<JobListing>();
        var counts = new Dictionary<JobStatus, int>();
        var total = 0;
        foreach (var job in _names.Select(Find))
        {
            if (query.Submitter is { } submitter && job.Submitter != submitter) continue;
            counts[job.Status] = counts.GetValueOrDefault(job.Status) + 1;
            if (!query.Statuses.IsEmpty && !query.Statuses.Contains(job.Status)) continue;
            total++;
            if (page.Count < query.Count && string.CompareOrdinal(job.JobId, query.After) > 0) page.Add(job);
        }
        return new JobPage { Jobs = page.ToImmutable(), Total = total, Counts = counts.ToImmutableDictionary(), AsOf = _asOf };
    }

    private JobListing Find(string job)
    {
        // A job that has ended may have been taken up again: what it says itself goes first.
        if (_reported.TryGetValue(job, out var said) && (said.Listing.Status != JobStatus.Running || time.GetElapsedTime(said.At) < Silence)) return said.Listing;
        if (_ended.TryGetValue(job, out var ended)) return ended;
        return said.Listing is { } silent ? silent with { Status = JobStatus.Recovering, ImagesPerSecond = 0, Eta = null }
            : _stored.GetValueOrDefault(job) ?? new JobListing { JobId = job, Status = JobStatus.Recovering };
    }

    private void Forget(string job)
    {
        _names.Remove(job);
        _reported.Remove(job);
        _ended.Remove(job);
        _stored.Remove(job);
    }
}

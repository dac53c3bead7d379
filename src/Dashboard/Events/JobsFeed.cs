using System.Runtime.CompilerServices;
using System.Text.Json;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Json;
using Atelier.Dataset.Labels;

namespace Atelier.Dashboard.Events;

/// <summary>The events of all jobs: <c>jobs</c>, how many stand where and which have changed, once a second at most.</summary>
internal sealed class JobsFeed(JobList list, TimeProvider time)
{
    // Whoever needs more reads the list again, which is shorter.
    private const int MaxChanged = 500;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>What changes.</summary>
    public async IAsyncEnumerable<TopicEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Dictionary<string, (JobListing Listing, JobLabels? Labels)>? known = null;
        while (true)
        {
            if (await TryReadAsync(cancellationToken) is { } all)
            {
                var now = all.Jobs.ToDictionary(job => job.JobId, job => (Listing: job, Labels: all.LabelsOf(job)), StringComparer.Ordinal);
                var changed = known is null ? [] : now.Values.Where(job => !job.Equals(known.GetValueOrDefault(job.Listing.JobId))).ToList();
                var gone = known is null ? [] : known.Keys.Where(job => !now.ContainsKey(job)).ToList();
                if (known is null || changed.Count + gone.Count > 0)
                {
                    var isMany = changed.Count + gone.Count > MaxChanged;
                    var counts = new SortedDictionary<JobStatus, int>(now.Values.GroupBy(job => job.Listing.Status).ToDictionary(group => group.Key, group => group.Count()));
                    yield return new TopicEvent(
                        "jobs", JsonSerializer.Serialize(new JobsChange(counts, isMany ? [] : [.. changed.Select(job => JobRowView.Of(job.Listing, job.Labels))], isMany ? [] : gone, isMany, all.IsLive, all.AsOf), ApiJson.Options), IsKept: true);
                }
                known = now;
            }
            await Task.Delay(Period, time, cancellationToken);
        }
    }

    private async Task<AllJobs?> TryReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await list.ReadAllAsync(cancellationToken);
        }
        catch (IOException)
        {
            // The store is away too; what was last told is old, and the page sees that.
            return null;
        }
    }
}

/// <summary>What has changed among all jobs.</summary>
/// <param name="Counts">How many stand where.</param>
/// <param name="Changed">Jobs that are new or have changed.</param>
/// <param name="Gone">Names of jobs that are no more.</param>
/// <param name="Many">Whether there are too many to be told, so that the list is to be read again.</param>
/// <param name="Live">Whether the cluster says so.</param>
/// <param name="AsOf">When this was so.</param>
internal sealed record JobsChange(
    IReadOnlyDictionary<JobStatus, int> Counts, IReadOnlyList<JobRowView> Changed, IReadOnlyList<string> Gone, bool Many, bool Live, DateTimeOffset AsOf);

using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Events;

/// <summary>Reads what has happened to a job: from the ring of its grain, or from the job's files where no silo answers.</summary>
internal sealed class JobEventReader(ClusterLink cluster, StoredLook stored)
{
    /// <summary>What has happened after an event, the oldest first.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="after">Id of the last event that is known; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    public async Task<JobEventsView> ReadAsync(string job, string? after, CancellationToken cancellationToken)
    {
        try
        {
            var told = await cluster.AskAsync((client, cancel) => client.GetEventsAsync(job, after, cancel), cancellationToken);
            return told is [{ Code: JobCodes.Reset }, .. var rest] ? new JobEventsView([.. rest], true, true) : new JobEventsView(told, false, true);
        }
        catch (Exception silent) when (silent is ClusterUnreachableException or InvalidInputException)
        {
            var all = await stored.EventsAsync(job, cancellationToken);
            var known = after is null ? -1 : all.ToList().FindIndex(one => one.Id == after);
            return new JobEventsView([.. all.Skip(known + 1)], after is not null && known < 0, false);
        }
    }
}

/// <summary>What has happened to a job.</summary>
/// <param name="Data">Events, the oldest first; the last 1,000 at most.</param>
/// <param name="Reset">Whether the event that was known is not known any more, so that some may be missing; these are then all that are known.</param>
/// <param name="Live">Whether the cluster says so; otherwise the store does, which knows of decisions alone.</param>
internal sealed record JobEventsView(IReadOnlyList<JobEvent> Data, bool Reset, bool Live);

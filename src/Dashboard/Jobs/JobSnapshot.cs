using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Labels;

namespace Atelier.Dashboard.Jobs;

/// <summary>All that is known of a job at one moment.</summary>
/// <param name="Progress">How it stands.</param>
/// <param name="Description">What was asked of it; null where its files are damaged.</param>
/// <param name="IsLive">Whether the cluster says so; otherwise the store does.</param>
/// <param name="AsOf">When this was so.</param>
internal sealed record JobSnapshot(JobProgress Progress, JobDescription? Description, bool IsLive, DateTimeOffset AsOf)
{
    /// <summary>What people have written on it; null for nothing.</summary>
    public JobLabels? Labels { get; init; }
}

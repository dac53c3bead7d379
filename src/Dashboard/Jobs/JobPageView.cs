using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Jobs;

/// <summary>Some jobs, and how many there are.</summary>
/// <param name="Data">The jobs.</param>
/// <param name="Next">The cursor of the next page; null on the last.</param>
/// <param name="Total">Jobs on all pages.</param>
/// <param name="Counts">How many stand where, whatever statuses were asked for.</param>
/// <param name="Live">Whether the cluster says so; otherwise the store does, which knows little of jobs at work.</param>
/// <param name="AsOf">When this was so.</param>
internal sealed record JobPageView(
    IReadOnlyList<JobRowView> Data, string? Next, int Total, IReadOnlyDictionary<JobStatus, int> Counts, bool Live, DateTimeOffset AsOf);

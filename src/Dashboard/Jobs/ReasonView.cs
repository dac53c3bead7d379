using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Jobs;

/// <summary>Why a job waits or failed.</summary>
/// <param name="Code">For programs; null where there is no code for it yet.</param>
/// <param name="Message">For people.</param>
internal sealed record ReasonView(string? Code, string Message)
{
    /// <summary>That of a listing.</summary>
    public static ReasonView? Of(JobListing job) => job.Message is { } message ? new ReasonView(job.Code, message) : null;

    /// <summary>That of a job.</summary>
    public static ReasonView? Of(JobProgress job) => job.Message is { } message ? new ReasonView(job.Code, message) : null;
}

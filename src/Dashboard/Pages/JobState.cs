using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Pages;

/// <summary>How a job stands, as pages show it: a shape, a colour and a word each.</summary>
internal enum JobState
{
    Staging,
    Recovering,
    Running,
    Waiting,
    Paused,
    Completed,
    PartlyCompleted,
    Failed,
    Cancelled,
}

/// <summary>States of jobs.</summary>
internal static class JobStates
{
    /// <summary>That of a job in a list.</summary>
    public static JobState Of(JobListing job) => Of(job.Status, job.Message, job.ImagesPerSecond, job.Failed);

    public static JobState Of(JobStatus status, string? reason, double imagesPerSecond, long failed) => status switch
    {
        JobStatus.Staging => JobState.Staging,
        // It was looked at and lacks something; else it draws, or is about to.
        JobStatus.Running when reason is not null && imagesPerSecond <= 0 => JobState.Waiting,
        JobStatus.Running => JobState.Running,
        JobStatus.Completed => failed > 0 ? JobState.PartlyCompleted : JobState.Completed,
        JobStatus.Failed => JobState.Failed,
        JobStatus.Paused => JobState.Paused,
        JobStatus.Cancelled => JobState.Cancelled,
        _ => JobState.Recovering,
    };

    /// <summary>What is shown beside the shape.</summary>
    public static string Label(this JobState state) => state == JobState.PartlyCompleted ? "completed, some failed" : state.Word();

    /// <summary>The word that filters go by.</summary>
    public static string Word(this JobState state) => state == JobState.PartlyCompleted ? "completed" : state.ToString().ToLowerInvariant();

    /// <summary>Name of the shape, which is also that of the colour.</summary>
    public static string Shape(this JobState state) => state switch
    {
        JobState.Running => "running",
        JobState.Completed => "done",
        JobState.PartlyCompleted => "partly",
        JobState.Failed => "failed",
        JobState.Recovering => "recovering",
        JobState.Paused => "paused",
        JobState.Cancelled => "cancelled",
        _ => "waiting",
    };
}

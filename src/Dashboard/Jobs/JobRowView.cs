using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Labels;

namespace Atelier.Dashboard.Jobs;

/// <summary>A job in a list.</summary>
internal sealed record JobRowView
{
    public required string Job { get; init; }

    public required JobStatus Status { get; init; }

    /// <summary>Of a job that has ended: whether all of its samples have images, some, or none.</summary>
    public JobEnding? Outcome { get; init; }

    public required string Submitter { get; init; }

    public required JobPriority Priority { get; init; }

    /// <summary>Samples of the job; 0 before its start.</summary>
    public required long Samples { get; init; }

    /// <summary>Samples in committed shards, failed ones included.</summary>
    public required long Finished { get; init; }

    /// <summary>Finished samples without an image.</summary>
    public required long Failed { get; init; }

    public required double ImagesPerSecond { get; init; }

    /// <summary>Seconds left at that rate.</summary>
    public TimeSpan? Eta { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>Why it waits or failed.</summary>
    public ReasonView? Reason { get; init; }

    /// <summary>What people have written on it.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    public static JobRowView Of(JobListing job) => Of(job, null);

    public static JobRowView Of(JobListing job, JobLabels? labels) => new()
    {
        Job = job.JobId,
        Status = job.Status,
        Outcome = JobEndings.Of(job.Status, job.Samples, job.Finished, job.Failed),
        Submitter = job.Submitter,
        Priority = job.Priority,
        Samples = job.Samples,
        Finished = job.Finished,
        Failed = job.Failed,
        ImagesPerSecond = Math.Round(job.ImagesPerSecond, 3),
        Eta = job.Eta,
        CreatedAt = job.Created,
        ChangedAt = job.Changed,
        Reason = ReasonView.Of(job),
        Labels = labels?.Labels ?? [],
    };
}

using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Jobs;

/// <summary>How a job stands: all of it that changes by itself.</summary>
internal record JobProgressView
{
    public required string Job { get; init; }

    public required JobStatus Status { get; init; }

    /// <summary>Of a job that has ended: whether all of its samples have images, some, or none.</summary>
    public JobEnding? Outcome { get; init; }

    /// <summary>Why it waits or failed.</summary>
    public ReasonView? Reason { get; init; }

    /// <summary>What is being done while nothing is drawn.</summary>
    public string? Activity { get; init; }

    public required string Submitter { get; init; }

    public required JobPriority Priority { get; init; }

    public required int Weight { get; init; }

    /// <summary>Samples of the job; 0 before its start.</summary>
    public required long Samples { get; init; }

    /// <summary>Samples in committed shards, failed ones included.</summary>
    public required long Finished { get; init; }

    /// <summary>Finished samples and those that running workers have drawn so far, in parts too.</summary>
    public required double Drawn { get; init; }

    /// <summary>Finished samples without an image.</summary>
    public required long Failed { get; init; }

    /// <summary>Whether all failed and truncated ones are counted; for a while after a recovery there are at least so many.</summary>
    public required bool FailuresCounted { get; init; }

    /// <summary>Finished samples whose prompt was cut to the model's context.</summary>
    public required long Truncated { get; init; }

    /// <summary>The same, in the words of those who know batches of requests.</summary>
    public required RequestCounts RequestCounts { get; init; }

    public required ShardCounts Shards { get; init; }

    public required double ImagesPerSecond { get; init; }

    /// <summary>Seconds left at that rate.</summary>
    public TimeSpan? Eta { get; init; }

    /// <summary>Seconds left at the best rates of the last minutes.</summary>
    public TimeSpan? EtaLow { get; init; }

    /// <summary>Seconds left at the worst rates of the last minutes.</summary>
    public TimeSpan? EtaHigh { get; init; }

    /// <summary>Workers that hold leases.</summary>
    public required int Workers { get; init; }

    /// <summary>Workers that have asked and cannot do this job.</summary>
    public required int WorkersKeptOut { get; init; }

    /// <summary>When this was so.</summary>
    public required DateTimeOffset AsOf { get; init; }

    public static JobProgressView Of(JobProgress job, DateTimeOffset asOf) => new()
    {
        Job = job.JobId,
        Status = job.Status,
        Outcome = JobEndings.Of(job.Status, job.Samples, job.Finished, job.Failed),
        Reason = ReasonView.Of(job),
        Activity = job.Stage.Describe(),
        Submitter = job.Submitter,
        Priority = job.Priority,
        Weight = job.Weight,
        Samples = job.Samples,
        Finished = job.Finished,
        Drawn = Math.Round(job.Drawn, 2),
        Failed = job.Failed,
        FailuresCounted = job.AreFailuresCounted,
        Truncated = job.Truncated,
        RequestCounts = new RequestCounts(job.Samples, job.Finished - job.Failed, job.Failed),
        Shards = new ShardCounts(job.Shards, job.ShardsFinished, job.ShardsLeased, job.SetAside),
        ImagesPerSecond = Math.Round(job.ImagesPerSecond, 3),
        Eta = job.Eta,
        EtaLow = job.EtaLow,
        EtaHigh = job.EtaHigh,
        Workers = job.Workers,
        WorkersKeptOut = job.KeptOut,
        AsOf = asOf,
    };
}

/// <summary>Samples of a job as requests.</summary>
/// <param name="Total">All.</param>
/// <param name="Completed">Those with an image.</param>
/// <param name="Failed">Those that have none and will have none.</param>
internal sealed record RequestCounts(long Total, long Completed, long Failed);

/// <summary>Shards of a job.</summary>
/// <param name="Total">All.</param>
/// <param name="Finished">Committed ones.</param>
/// <param name="Leased">Those that workers have.</param>
/// <param name="SetAside">Those that failed too often and are not tried any more.</param>
internal sealed record ShardCounts(int Total, int Finished, int Leased, int SetAside);

namespace Atelier.Abstractions.Jobs;

/// <summary>A job in a list: little enough that ten thousand can be looked at.</summary>
[GenerateSerializer, Immutable, Alias("atelier.JobListing")]
public sealed record JobListing
{
    /// <summary>The job.</summary>
    [Id(0)] public required string JobId { get; init; }

    /// <summary>Where it stands; <see cref="JobStatus.Recovering"/> where neither it nor the store has said so yet.</summary>
    [Id(1)] public required JobStatus Status { get; init; }

    /// <summary>Who it is for.</summary>
    [Id(2)] public string Submitter { get; init; } = "";

    /// <summary>Its class.</summary>
    [Id(3)] public JobPriority Priority { get; init; }

    /// <summary>Samples of the job, 0 before Start.</summary>
    [Id(4)] public long Samples { get; init; }

    /// <summary>Samples in committed shards, failed ones included.</summary>
    [Id(5)] public long Finished { get; init; }

    /// <summary>Finished samples without an image.</summary>
    [Id(6)] public long Failed { get; init; }

    /// <summary>Images drawn a second; 0 when none are.</summary>
    [Id(7)] public double ImagesPerSecond { get; init; }

    /// <summary>Time left at that rate; null when unknown.</summary>
    [Id(8)] public TimeSpan? Eta { get; init; }

    /// <summary>When the job was created; null when it is not known yet.</summary>
    [Id(9)] public DateTimeOffset? Created { get; init; }

    /// <summary>When anything of this last changed; of a job that has ended, when it did; null when it is not known yet.</summary>
    [Id(10)] public DateTimeOffset? Changed { get; init; }

    /// <summary>Why it failed or waits; null when there is nothing to say.</summary>
    [Id(11)] public string? Message { get; init; }

    /// <summary>One of <see cref="JobCodes"/>, which says for programs what the message says for people; null where there is none.</summary>
    [Id(12)] public string? Code { get; init; }

    /// <summary>Digest of the model that draws it; null where it is not known yet.</summary>
    [Id(13)] public string? ModelDigest { get; init; }

    /// <summary>The same as progress, of which a list knows only the sums.</summary>
    public JobProgress ToProgress() => new()
    {
        JobId = JobId,
        Status = Status,
        Message = Message,
        Code = Code,
        ModelDigest = ModelDigest,
        Samples = Samples,
        Finished = Finished,
        Drawn = Finished,
        Failed = Failed,
        ImagesPerSecond = ImagesPerSecond,
        Eta = Eta,
        Submitter = Submitter,
        Priority = Priority,
        Created = Created,
    };
}

using System.Text.Json.Serialization;
using Atelier.Abstractions.Jobs;

namespace Atelier.Dataset.Catalogue;

/// <summary>How a job ended, in a line that the store's index keeps: a catalogue of ended jobs looks into none of them.</summary>
public sealed record JobOutcome
{
    private const int MaxSubmitterLength = 1000;
    private const int MaxDigestLength = 100;

    /// <summary><see cref="JobStatus.Completed"/> or <see cref="JobStatus.Cancelled"/>.</summary>
    public required JobStatus Status { get; init; }

    /// <summary>Samples of the job; 0 where it was cancelled before its start.</summary>
    public required long Samples { get; init; }

    /// <summary>Samples in committed shards, failed ones included.</summary>
    public required long Finished { get; init; }

    /// <summary>Finished samples without an image.</summary>
    public required long Failed { get; init; }

    /// <summary>When the job was created.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When a worker got leave to make the files that complete it; null where it never came to that, and where nobody knew any more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Finalizing { get; init; }

    /// <summary>When it was completed or cancelled, or first found so.</summary>
    public required DateTimeOffset Ended { get; init; }

    /// <summary>Who it was for.</summary>
    public required string Submitter { get; init; }

    /// <summary>Its class.</summary>
    public JobPriority Priority { get; init; }

    /// <summary>Digest of the model that drew it; null where it is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModelDigest { get; init; }

    /// <summary>The job in a list.</summary>
    /// <param name="job">Its name.</param>
    public JobListing ToListing(string job) => new()
    {
        JobId = job,
        Status = Status,
        Submitter = Submitter,
        Samples = Samples,
        Finished = Finished,
        Failed = Failed,
        Created = Created,
        Changed = Ended,
        Priority = Priority,
        ModelDigest = ModelDigest,
    };

    /// <summary>Whether a job can have ended so.</summary>
    internal bool IsPossible =>
        Status is JobStatus.Completed or JobStatus.Cancelled && Failed >= 0 && Finished >= Failed && Samples >= Finished
        && Submitter.Length <= MaxSubmitterLength && !Submitter.Any(char.IsControl) && (ModelDigest is null || ModelDigest.Length <= MaxDigestLength);
}

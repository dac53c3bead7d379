namespace Atelier.Abstractions.Jobs;

/// <summary>A job at one moment.</summary>
[GenerateSerializer, Immutable, Alias("atelier.JobProgress")]
public sealed record JobProgress
{
    /// <summary>The job.</summary>
    [Id(0)] public required string JobId { get; init; }

    /// <summary>Where it stands.</summary>
    [Id(1)] public required JobStatus Status { get; init; }

    /// <summary>Why it failed or waits; null when there is nothing to say.</summary>
    [Id(2)] public string? Message { get; init; }

    /// <summary>Samples of the job, 0 before Start.</summary>
    [Id(3)] public long Samples { get; init; }

    /// <summary>Samples in committed shards, failed ones included.</summary>
    [Id(4)] public long Finished { get; init; }

    /// <summary>Finished samples and those that running workers have drawn so far.</summary>
    [Id(5)] public double Drawn { get; init; }

    /// <summary>Finished samples without an image.</summary>
    [Id(6)] public long Failed { get; init; }

    /// <summary>Finished samples whose prompt was cut to the model's context.</summary>
    [Id(7)] public long Truncated { get; init; }

    /// <summary>Shards of the job.</summary>
    [Id(8)] public int Shards { get; init; }

    /// <summary>Shards committed.</summary>
    [Id(9)] public int ShardsFinished { get; init; }

    /// <summary>Shards leased right now.</summary>
    [Id(10)] public int ShardsLeased { get; init; }

    /// <summary>
    /// Images drawn a second: the sum of what the job's workers measure by their denoising steps of the last half minute or so, parts of images
    /// included; 0 before there is a measurement.
    /// </summary>
    [Id(11)] public double ImagesPerSecond { get; init; }

    /// <summary>Time left at that rate; null when unknown.</summary>
    [Id(12)] public TimeSpan? Eta { get; init; }

    /// <summary>Who the job is for.</summary>
    [Id(13)] public string Submitter { get; init; } = "";

    /// <summary>Its class.</summary>
    [Id(14)] public JobPriority Priority { get; init; }

    /// <summary>Its share among the submitter's jobs.</summary>
    [Id(15)] public int Weight { get; init; } = 1;

    /// <summary>Shards that failed too often through no fault of their samples and are not tried any more.</summary>
    [Id(16)] public int SetAside { get; init; }

    /// <summary>Different workers that hold leases.</summary>
    [Id(17)] public int Workers { get; init; }

    /// <summary>When the job was created; null when there is no such job or it is not known yet.</summary>
    [Id(18)] public DateTimeOffset? Created { get; init; }

    /// <summary>Samples of one batch; null before Start, and while the job's batch size is <c>auto</c> and no worker has proposed one yet.</summary>
    [Id(19)] public int? BatchSize { get; init; }

    /// <summary>Workers that have asked for work and cannot do this job; the message says why of the last.</summary>
    [Id(20)] public int KeptOut { get; init; }

    /// <summary>Samples of one shard, the last may hold fewer; 0 before Start.</summary>
    [Id(21)] public int ShardSize { get; init; }

    /// <summary>What is being done.</summary>
    [Id(22)] public JobStage Stage { get; init; }

    /// <summary>One of <see cref="JobCodes"/>, which says for programs what the message says for people; null where there is none.</summary>
    [Id(23)] public string? Code { get; init; }

    /// <summary>Whether failed and truncated samples of all committed shards are counted; false for a while after a recovery, when there are at least so many.</summary>
    [Id(24)] public bool AreFailuresCounted { get; init; } = true;

    /// <summary>Time left if it goes on as in the best times of the last minutes, one in ten; null when unknown.</summary>
    [Id(25)] public TimeSpan? EtaLow { get; init; }

    /// <summary>Time left if it goes on as in the worst times of the last minutes, one in ten; null when unknown.</summary>
    [Id(26)] public TimeSpan? EtaHigh { get; init; }

    /// <summary>Digest of the model that draws it; null when there is no such job or it is not known yet.</summary>
    [Id(27)] public string? ModelDigest { get; init; }

    /// <summary>Whether the job will not change by itself any more.</summary>
    public bool IsFinal => Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled or JobStatus.Unknown;
}

namespace Atelier.Abstractions.Jobs;

/// <summary>Where a job stands.</summary>
public enum JobStatus
{
    /// <summary>There is no such job.</summary>
    Unknown,

    /// <summary>Created; rows may be appended until Start.</summary>
    Staging,

    /// <summary>The grain is reading the store to learn what is done.</summary>
    Recovering,

    /// <summary>Shards are leased to workers, or wait for one.</summary>
    Running,

    /// <summary>Every shard is promoted and the closing files are written.</summary>
    Completed,

    /// <summary>
    /// Nothing is left to do but what failed again and again through no fault of its samples: those shards are set aside, the message names
    /// them, and what is committed stays. Starting the job again, or <see cref="IJobGrain.RetryFailed"/>, goes on.
    /// </summary>
    Failed,

    /// <summary>No leases are given until the job is resumed; what is committed stays.</summary>
    Paused,

    /// <summary>Stopped for good; what is committed stays and can be read.</summary>
    Cancelled,
}

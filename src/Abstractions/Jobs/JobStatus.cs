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

    /// <summary>Workers kept failing in a way that is no sample's fault, such as a full disk; what is committed stays, and the job can be resumed.</summary>
    Failed,
}

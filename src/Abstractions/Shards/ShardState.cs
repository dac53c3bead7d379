namespace Atelier.Abstractions.Shards;

/// <summary>Where a shard stands, in four bits. From 8 on it is leased, and so many eighths of it are drawn, 0 to 7.</summary>
public enum ShardState
{
    /// <summary>It waits for a worker.</summary>
    Waiting,

    /// <summary>It waits for a worker, and has failed before.</summary>
    WaitingAfterFailure,

    /// <summary>It has failed too often, and is not tried any more.</summary>
    SetAside,

    /// <summary>It is done.</summary>
    Done,

    /// <summary>It is done, and some of its samples have no image.</summary>
    DoneWithFailures,

    /// <summary>It is committed, and its files have not their names yet.</summary>
    Committed,

    /// <summary>It is leased, and nothing of it is drawn yet.</summary>
    Leased = 8,
}


namespace Atelier.Dataset.Jobs;

/// <summary>What a file of a job is.</summary>
internal enum JobFileKind
{
    Record,
    Plan,
    Batch,
    Numerics,
    Prompts,
    Input,
    RowIds,
    RowIdIndex,
    State,

    /// <summary>How fast the job was within an hour.</summary>
    History,

    /// <summary>A note that an attempt failed, or lost its worker; it stays.</summary>
    Failure,

    /// <summary>What an attempt has in hand or made; it goes when the shard is promoted.</summary>
    Attempt,

    Part,
    Stats,
    Tar,
    Parquet,
    Errors,
    Card,
    ContactSheet,
    Summary,

    /// <summary>By which a command holds a folder; empty.</summary>
    Lock,
}

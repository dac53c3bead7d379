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
    Fault,
    Begun,
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

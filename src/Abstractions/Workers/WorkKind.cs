namespace Atelier.Abstractions.Workers;

/// <summary>What a lease asks for.</summary>
public enum WorkKind
{
    /// <summary>Draw a shard's samples, commit and promote it.</summary>
    Draw,

    /// <summary>Promote a shard whose winner did not live to do it.</summary>
    Promote,

    /// <summary>Write the files that close the job.</summary>
    Close,

    /// <summary>Check that ids of rows differ, and make the index by which rows are found.</summary>
    Index,
}

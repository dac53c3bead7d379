namespace Atelier.Dataset.RowIds;

/// <summary>What an index of row ids holds, as <c>ids/index.json</c> says, which is written when all else is there.</summary>
public sealed record RowIdCounts
{
    /// <summary>Rows of the job.</summary>
    public required long Rows { get; init; }

    /// <summary>Those of them that have an id.</summary>
    public required long Ids { get; init; }
}

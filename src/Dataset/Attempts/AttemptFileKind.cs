
namespace Atelier.Dataset.Attempts;

/// <summary>What a file of an attempt says or holds; its extension.</summary>
public enum AttemptFileKind
{
    /// <summary>A worker has the work in hand. Removed when the work ends in whatever way but the death of its process.</summary>
    Begun,

    /// <summary>The images that it drew.</summary>
    Tar,

    /// <summary>The table of its samples.</summary>
    Parquet,

    /// <summary>The worker reported that it failed.</summary>
    Failed,

    /// <summary>The worker was lost while it was at it.</summary>
    Lost,
}

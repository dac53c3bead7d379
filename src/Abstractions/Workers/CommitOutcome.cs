
namespace Atelier.Abstractions.Workers;

/// <summary>What became of a commit.</summary>
public enum CommitOutcome
{
    /// <summary>The shard is this attempt's: its worker promotes the files.</summary>
    Won,

    /// <summary>The shard is another attempt's, for good: the worker deletes its own files.</summary>
    Lost,

    /// <summary>
    /// The job takes no commits any more, or is another one of that name. An earlier call whose reply was lost may yet have committed: only a worker that made none may delete
    /// its files.
    /// </summary>
    Refused,
}

namespace Atelier.Dataset.Catalogue;

/// <summary>A job of the store.</summary>
/// <param name="JobId">Its name.</param>
/// <param name="IsFinished">Whether it is known to be completed or cancelled; otherwise its own files tell.</param>
public sealed record JobIndexEntry(string JobId, bool IsFinished);

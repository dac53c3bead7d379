namespace Atelier.Cli.Train;

/// <summary>What tells one data set from another.</summary>
/// <param name="Kind"><c>shapes</c> or <c>folder</c>.</param>
/// <param name="Images">Images of a folder; null for the endless shapes world.</param>
/// <param name="Digest">SHA-256 over names, captions and lengths of a folder's files; null for the shapes world.</param>
internal sealed record DataDescription(string Kind, int? Images = null, string? Digest = null);

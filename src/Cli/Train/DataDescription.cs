namespace Atelier.Cli.Train;

/// <summary>What tells one data set from another.</summary>
/// <param name="Kind"><c>shapes</c>, <c>folder</c> or <c>webdataset</c>.</param>
/// <param name="Images">How many images there are; null for the endless shapes world.</param>
/// <param name="Digest">SHA-256 over names and captions of the images, so that a damaged one can be mended; null for the shapes world.</param>
internal sealed record DataDescription(string Kind, int? Images = null, string? Digest = null);

namespace Atelier.Dataset.Captions;

/// <summary>An image of a tar file, with its caption.</summary>
/// <param name="Tar">Path of the tar file.</param>
/// <param name="Image">Where the image lies.</param>
/// <param name="Caption">The caption.</param>
internal sealed record TarSample(string Tar, TarPart Image, string Caption);

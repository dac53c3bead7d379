namespace Atelier.Dataset.Captions;

/// <summary>A file in a tar file.</summary>
/// <param name="Name">Its name, folders included.</param>
/// <param name="Offset">Where its content begins.</param>
/// <param name="Bytes">How long it is; all of it lies in the tar file.</param>
internal readonly record struct TarPart(string Name, long Offset, int Bytes);

namespace Atelier.Dataset.Stores;

/// <summary>A file of a store, as a listing shows it.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Length">Its length in bytes.</param>
public sealed record StoreEntry(string Path, long Length);

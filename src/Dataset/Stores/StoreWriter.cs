namespace Atelier.Dataset.Stores;

/// <summary>
/// A file being written to a store. It has no name until <see cref="CompleteAsync"/>; disposing the writer before that leaves nothing.
/// </summary>
public abstract class StoreWriter : IAsyncDisposable
{
    /// <summary>Where to write the bytes, in order. It belongs to the writer: do not dispose it.</summary>
    public abstract Stream Stream { get; }

    /// <summary>Gives the file its name, unless that is taken. Called once, after the last byte.</summary>
    /// <param name="cancellationToken">Gives up before the file has its name; once it does, the call completes.</param>
    /// <returns>True when the file now has its name; false when another has it. Either way what bears the name survives a power cut.</returns>
    /// <exception cref="IOException">The file could not be written, for instance because the disk is full; nothing bears its name.</exception>
    public abstract Task<bool> CompleteAsync(CancellationToken cancellationToken = default);

    /// <summary>Drops what was written, unless it was completed.</summary>
    public abstract ValueTask DisposeAsync();
}

namespace Atelier.Dataset.Stores;

/// <summary>
/// A tree of files in which nothing is ever overwritten: a file comes into being whole, keeps its bytes, and may be deleted. Paths are
/// relative, with '/' between their segments, such as <c>job/shards/00000.json</c>; see <see cref="StorePath"/> for what is refused.
/// <c>ToString</c> says where it is, for people and as <see cref="StoreLocation"/> reads it, without credentials.
/// Every method is safe to call from any number of threads, processes and machines at once, and safe to repeat.
/// </summary>
public interface IStore
{
    /// <summary>Makes a file, unless one is there. A reader never sees a part of it.</summary>
    /// <param name="path">Path of the new file.</param>
    /// <param name="content">All of its bytes.</param>
    /// <param name="cancellationToken">Gives up before the file exists; once it does, the call completes.</param>
    /// <returns>True when this call made the file; false when it existed. Either way the file that is there survives a power cut.</returns>
    /// <exception cref="ArgumentException">The path is not a store path.</exception>
    /// <exception cref="IOException">
    /// The file could not be written, for instance because the disk is full; nothing bears its name. A store on a network throws it also
    /// when no reply came however often it asked, and then the file may be there: what it holds must tell whose it is.
    /// </exception>
    Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>Begins a file that is too large to be held in memory; it gets its name when the writer is completed.</summary>
    /// <param name="path">Path of the new file; one may be there already, which only completing tells.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The path is not a store path.</exception>
    /// <exception cref="IOException">Writing could not begin.</exception>
    Task<StoreWriter> OpenWriterAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>The bytes of a file, or null when there is none.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The path is not a store path.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no regular file, or longer than 1 GiB; of folders, where anybody may put anything.</exception>
    Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>Some bytes of a file, by one request or one read of the disk; null when there is no file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="offset">The first byte's place in the file, from 0.</param>
    /// <param name="count">How many; all of them must be there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The path is not a store path.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or the end is past what a file can have.</exception>
    /// <exception cref="EndOfStreamException">The file ends before; names it and where it should have gone on to.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no regular file; of folders, where anybody may put anything.</exception>
    Task<byte[]?> ReadRangeAsync(string path, long offset, int count, CancellationToken cancellationToken = default);

    /// <summary>
    /// A seekable stream over a file, or null when there is none. The caller disposes it. Once the file is deleted, reading gives its bytes
    /// or throws <see cref="FileNotFoundException"/>, as the store may be, and never the bytes of a later file of that name.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The path is not a store path.</exception>
    /// <exception cref="InvalidDataException">It is no regular file; of folders, where anybody may put anything.</exception>
    Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>
    /// The files whose path begins with a text, in ordinal order of their paths. What is made or deleted meanwhile may or may not be among them.
    /// </summary>
    /// <param name="prefix">
    /// The beginning of the paths, not necessarily a whole segment: <c>job/shards/</c>, <c>job/shards/0000</c>, or empty for every file.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The prefix cannot begin a store path.</exception>
    IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>
    /// The first segments of the paths, in ordinal order, where the store can tell them without going through what is below: a folder can. Blob storage,
    /// whose listings go through every file, and the store in memory, which stands in for it, give none.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The store cannot be read.</exception>
    IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken = default);

    /// <summary>Gives the bytes of a file a second name, unless that name is taken. The first name stays.</summary>
    /// <param name="from">Path of the file that exists.</param>
    /// <param name="to">Its second path.</param>
    /// <param name="cancellationToken">Gives up before the second name exists.</param>
    /// <returns>
    /// True when this call made the second name; false when it was taken, whether or not the first name exists. Either way what bears the
    /// second name survives a power cut.
    /// </returns>
    /// <exception cref="ArgumentException">A path is not a store path.</exception>
    /// <exception cref="FileNotFoundException">Neither name exists.</exception>
    /// <exception cref="IOException">The second name could not be given, as in <see cref="TryCreateAsync"/>.</exception>
    Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken = default);

    /// <summary>Removes a file; does nothing when there is none.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The path is not a store path.</exception>
    Task DeleteAsync(string path, CancellationToken cancellationToken = default);

    /// <summary>Removes a job's folders once its files are gone, with the unfinished files in them. Does nothing in a store that has no folders. Safe to repeat.</summary>
    /// <param name="job">First segment of the paths concerned. A folder in which a file is left stays.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The job is not one segment of a store path.</exception>
    Task RemoveEmptyFoldersAsync(string job, CancellationToken cancellationToken = default);

    /// <summary>Removes what killed processes left of files they never finished; leaves alone what is still being written.</summary>
    /// <param name="job">First segment of the paths concerned.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The job is not one segment of a store path.</exception>
    Task CleanTemporaryFilesAsync(string job, CancellationToken cancellationToken = default);
}

using System.Collections.Concurrent;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Tests;

/// <summary>A store that can be taken away: while it is, every call fails as that of a full disk or a lost network does.</summary>
public sealed class FaultyStore : IStore
{
    private readonly MemoryStore _store = new();
    private volatile Func<string, bool> _isLost = _ => false;
    private readonly ConcurrentQueue<string> _read = new();

    /// <summary>Paths of the files read so far.</summary>
    public IReadOnlyCollection<string> Read => _read;

    /// <summary>Called before a file is made.</summary>
    public Func<string, Task>? Creating { get; set; }

    public void Lose(Func<string, bool>? paths = null) => _isLost = paths ?? (_ => true);

    public void Restore() => _isLost = _ => false;

    public async Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        if (Creating is { } creating) await creating(path);
        return await Check(path).TryCreateAsync(path, content, cancellationToken);
    }

    public Task<StoreWriter> OpenWriterAsync(string path, CancellationToken cancellationToken = default) => Check(path).OpenWriterAsync(path, cancellationToken);

    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        _read.Enqueue(path);
        return await Check(path).ReadAsync(path, cancellationToken);
    }

    public async Task<byte[]?> ReadRangeAsync(string path, long offset, int count, CancellationToken cancellationToken = default)
    {
        _read.Enqueue(path);
        return await Check(path).ReadRangeAsync(path, offset, count, cancellationToken);
    }

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken = default) => Check(path).OpenReadAsync(path, cancellationToken);

    public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellationToken = default) => Check(prefix).ListAsync(prefix, cancellationToken);

    public Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken = default) => Check(to).TryPromoteAsync(from, to, cancellationToken);

    public Task DeleteAsync(string path, CancellationToken cancellationToken = default) => Check(path).DeleteAsync(path, cancellationToken);

    // Not by the empty prefix, which is that of a listing of all files.
    public IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken = default) => Check("/").ListFoldersAsync(cancellationToken);

    public Task RemoveEmptyFoldersAsync(string job, CancellationToken cancellationToken = default) => Check(job).RemoveEmptyFoldersAsync(job, cancellationToken);

    public Task CleanTemporaryFilesAsync(string job, CancellationToken cancellationToken = default) => _store.CleanTemporaryFilesAsync(job, cancellationToken);

    private MemoryStore Check(string path) => _isLost(path) ? throw new NetworkException() : _store;

    // As of a real store, an exception that callers of grains do not know.
    private sealed class NetworkException() : IOException("the network is down");
}

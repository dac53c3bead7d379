using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Atelier.Dataset.Stores;

/// <summary>A store in memory, gone with the process: for tests and benchmarks.</summary>
public sealed class MemoryStore : IStore
{
    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_files.TryAdd(path, content.ToArray()));
    }

    /// <inheritdoc/>
    public Task<StoreWriter> OpenWriterAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<StoreWriter>(new Writer(this, path));
    }

    /// <inheritdoc/>
    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(_files.TryGetValue(path, out var content) ? (byte[])content.Clone() : null);
    }

    /// <inheritdoc/>
    public Task<byte[]?> ReadRangeAsync(string path, long offset, int count, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        FileRange.Check(offset, count);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_files.TryGetValue(path, out var content)) return Task.FromResult<byte[]?>(null);
        FileRange.CheckIsIn(path, content.Length, offset, count);
        return Task.FromResult<byte[]?>(content.AsSpan((int)offset, count).ToArray());
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<Stream?>(_files.TryGetValue(path, out var content) ? new MemoryStream(content, writable: false) : null);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellationToken = default)
    {
        StorePath.CheckPrefix(prefix);
        var entries = _files
            .Where(file => file.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(file => file.Key, StringComparer.Ordinal)
            .Select(file => new StoreEntry(file.Key, file.Value.Length));
        return Enumerate(entries, cancellationToken);
    }

    /// <summary>Gives none, as blob storage does.</summary>
    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<string>();

    /// <inheritdoc/>
    public Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken = default)
    {
        StorePath.Check(from);
        StorePath.Check(to);
        cancellationToken.ThrowIfCancellationRequested();
        if (_files.TryGetValue(from, out var content))
            return Task.FromResult(_files.TryAdd(to, content));
        return _files.ContainsKey(to)
            ? Task.FromResult(false)
            : throw new FileNotFoundException($"The store has neither '{from}' nor '{to}'.", from);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        cancellationToken.ThrowIfCancellationRequested();
        _files.TryRemove(path, out _);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CleanTemporaryFilesAsync(string job, CancellationToken cancellationToken = default)
    {
        StorePath.CheckName(job);
        return Task.CompletedTask;
    }

    /// <summary>Checks the name of the job only: there are no folders.</summary>
    /// <inheritdoc/>
    public Task RemoveEmptyFoldersAsync(string job, CancellationToken cancellationToken = default)
    {
        StorePath.CheckName(job);
        return Task.CompletedTask;
    }

    private static async IAsyncEnumerable<StoreEntry> Enumerate(
        IEnumerable<StoreEntry> entries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    private sealed class Writer(MemoryStore store, string path) : StoreWriter
    {
        private readonly MemoryStream _stream = new();

        public override Stream Stream => _stream;

        public override Task<bool> CompleteAsync(CancellationToken cancellationToken = default) =>
            store.TryCreateAsync(path, _stream.ToArray(), cancellationToken);

        public override ValueTask DisposeAsync() => _stream.DisposeAsync();
    }
}

using System.Runtime.CompilerServices;
using Atelier.Dataset.Stores;

namespace Atelier.Bench;

/// <summary>A store in memory that answers each request late, as one across a network does; what is written while a file is open costs nothing.</summary>
/// <param name="latency">How late.</param>
internal sealed class DistantStore(TimeSpan latency) : IStore
{
    private readonly MemoryStore _store = new();

    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        AskAsync(() => _store.TryCreateAsync(path, content, cancellationToken));

    public async Task<StoreWriter> OpenWriterAsync(string path, CancellationToken cancellationToken = default) =>
        new Writer(this, await _store.OpenWriterAsync(path, cancellationToken));

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default) => AskAsync(() => _store.ReadAsync(path, cancellationToken));

    public Task<byte[]?> ReadRangeAsync(string path, long offset, int count, CancellationToken cancellationToken = default) =>
        AskAsync(() => _store.ReadRangeAsync(path, offset, count, cancellationToken));

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken = default) => AskAsync(() => _store.OpenReadAsync(path, cancellationToken));

    public async IAsyncEnumerable<StoreEntry> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await AskAsync(() => Task.FromResult(true));
        await foreach (var entry in _store.ListAsync(prefix, cancellationToken)) yield return entry;
    }

    public Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken = default) =>
        AskAsync(() => _store.TryPromoteAsync(from, to, cancellationToken));

    public Task DeleteAsync(string path, CancellationToken cancellationToken = default) => AskAsync(async () =>
    {
        await _store.DeleteAsync(path, cancellationToken);
        return true;
    });

    public IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken = default) => _store.ListFoldersAsync(cancellationToken);

    public Task RemoveEmptyFoldersAsync(string job, CancellationToken cancellationToken = default) => _store.RemoveEmptyFoldersAsync(job, cancellationToken);

    public Task CleanTemporaryFilesAsync(string job, CancellationToken cancellationToken = default) => _store.CleanTemporaryFilesAsync(job, cancellationToken);

    private async Task<T> AskAsync<T>(Func<Task<T>> request)
    {
        if (latency > TimeSpan.Zero) await Task.Delay(latency);
        return await request();
    }

    private sealed class Writer(DistantStore store, StoreWriter writer) : StoreWriter
    {
        public override Stream Stream => writer.Stream;

        public override Task<bool> CompleteAsync(CancellationToken cancellationToken = default) => store.AskAsync(() => writer.CompleteAsync(cancellationToken));

        public override ValueTask DisposeAsync() => writer.DisposeAsync();
    }
}

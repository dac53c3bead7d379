using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Stores;

/// <summary>Passes on a number of changes to another store and fails from the next on, as if its process had been killed there.</summary>
internal sealed class DyingStore(IStore store, int changes) : IStore
{
    private int _left = changes;

    /// <summary>How often files were listed.</summary>
    public int Listings { get; private set; }

    /// <summary>What a reader of a file waits for.</summary>
    public Func<string, Task> BeforeReading { get; init; } = _ => Task.CompletedTask;

    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Live();
        return store.TryCreateAsync(path, content, cancellationToken);
    }

    public Task<StoreWriter> OpenWriterAsync(string path, CancellationToken cancellationToken = default)
    {
        Live();
        return store.OpenWriterAsync(path, cancellationToken);
    }

    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        await BeforeReading(path);
        return await store.ReadAsync(path, cancellationToken);
    }

    public async Task<byte[]?> ReadRangeAsync(string path, long offset, int count, CancellationToken cancellationToken = default)
    {
        await BeforeReading(path);
        return await store.ReadRangeAsync(path, offset, count, cancellationToken);
    }

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken = default) => store.OpenReadAsync(path, cancellationToken);

    public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellationToken = default)
    {
        Listings++;
        return store.ListAsync(prefix, cancellationToken);
    }

    public Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken = default)
    {
        Live();
        return store.TryPromoteAsync(from, to, cancellationToken);
    }

    public Task DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        Live();
        return store.DeleteAsync(path, cancellationToken);
    }

    public IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken = default) => store.ListFoldersAsync(cancellationToken);

    public Task RemoveEmptyFoldersAsync(string job, CancellationToken cancellationToken = default) => store.RemoveEmptyFoldersAsync(job, cancellationToken);

    public Task CleanTemporaryFilesAsync(string job, CancellationToken cancellationToken = default) => store.CleanTemporaryFilesAsync(job, cancellationToken);

    private void Live()
    {
        if (_left-- <= 0)
            throw new IOException("Killed here.");
    }
}

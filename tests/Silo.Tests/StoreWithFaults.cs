using Atelier.Dataset.Stores;

namespace Atelier.Silo.Tests;

/// <summary>A store that cannot be reached for some paths, as long as the test wants.</summary>
internal sealed class StoreWithFaults(IStore store) : IStore
{
    /// <summary>What it says where a file cannot be made or read.</summary>
    public Func<string, IOException> Fault { get; set; } = path => new IOException($"the store does not answer for {path}");

    /// <summary>The files that cannot be made.</summary>
    public Predicate<string> FailsToCreate { get; set; } = _ => false;

    /// <summary>The files that cannot be read.</summary>
    public Predicate<string> FailsToRead { get; set; } = _ => false;

    /// <summary>Waited for before a file gets its plain name.</summary>
    public Func<string, Task> BeforePromote { get; set; } = _ => Task.CompletedTask;

    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        Meet(FailsToCreate, path);
        return store.TryCreateAsync(path, content, cancellationToken);
    }

    public Task<StoreWriter> OpenWriterAsync(string path, CancellationToken cancellationToken = default)
    {
        Meet(FailsToCreate, path);
        return store.OpenWriterAsync(path, cancellationToken);
    }

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        Meet(FailsToRead, path);
        return store.ReadAsync(path, cancellationToken);
    }

    public Task<byte[]?> ReadRangeAsync(string path, long offset, int count, CancellationToken cancellationToken = default)
    {
        Meet(FailsToRead, path);
        return store.ReadRangeAsync(path, offset, count, cancellationToken);
    }

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken = default)
    {
        Meet(FailsToRead, path);
        return store.OpenReadAsync(path, cancellationToken);
    }

    public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellationToken = default) => store.ListAsync(prefix, cancellationToken);

    public async Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken = default)
    {
        await BeforePromote(to);
        return await store.TryPromoteAsync(from, to, cancellationToken);
    }

    public Task DeleteAsync(string path, CancellationToken cancellationToken = default) => store.DeleteAsync(path, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken = default) => store.ListFoldersAsync(cancellationToken);

    public Task RemoveEmptyFoldersAsync(string job, CancellationToken cancellationToken = default) => store.RemoveEmptyFoldersAsync(job, cancellationToken);

    public Task CleanTemporaryFilesAsync(string job, CancellationToken cancellationToken = default) => store.CleanTemporaryFilesAsync(job, cancellationToken);

    private void Meet(Predicate<string> fails, string path)
    {
        if (fails(path)) throw Fault(path);
    }
}

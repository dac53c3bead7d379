using System.Runtime.CompilerServices;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Jobs;

/// <summary>
/// A store whose every call is seen by a <see cref="StoreHealth"/>: what fails, or takes long, is known as the store's trouble, and its failures come as one type
/// that every caller of a grain can read. What a stream does that was opened is not seen.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="health">What is told of its calls; any number of stores may share one.</param>
internal sealed class WatchedStore(IStore store, StoreHealth health) : IStore
{
    public Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        health.CallAsync(() => store.TryCreateAsync(path, content, cancellationToken));

    public async Task<StoreWriter> OpenWriterAsync(string path, CancellationToken cancellationToken = default) =>
        new Writer(await health.CallAsync(() => store.OpenWriterAsync(path, cancellationToken)), health);

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default) => health.CallAsync(() => store.ReadAsync(path, cancellationToken));

    public Task<byte[]?> ReadRangeAsync(string path, long offset, int count, CancellationToken cancellationToken = default) =>
        health.CallAsync(() => store.ReadRangeAsync(path, offset, count, cancellationToken));

    public Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken = default) =>
        health.CallAsync(() => store.OpenReadAsync(path, cancellationToken));

    public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellationToken = default) =>
        WatchAsync(() => store.ListAsync(prefix, cancellationToken), cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken = default) =>
        WatchAsync(() => store.ListFoldersAsync(cancellationToken), cancellationToken);

    public Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken = default) =>
        health.CallAsync(() => store.TryPromoteAsync(from, to, cancellationToken));

    public Task DeleteAsync(string path, CancellationToken cancellationToken = default) => health.CallAsync(() => store.DeleteAsync(path, cancellationToken));

    public Task RemoveEmptyFoldersAsync(string job, CancellationToken cancellationToken = default) =>
        health.CallAsync(() => store.RemoveEmptyFoldersAsync(job, cancellationToken));

    public Task CleanTemporaryFilesAsync(string job, CancellationToken cancellationToken = default) =>
        health.CallAsync(() => store.CleanTemporaryFilesAsync(job, cancellationToken));

    /// <summary>Where the store is.</summary>
    public override string ToString() => store.ToString()!;

    /// <summary>Each step is a call of its own: who takes long over an entry is not the store.</summary>
    private async IAsyncEnumerable<T> WatchAsync<T>(Func<IAsyncEnumerable<T>> list, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var entries = (await health.CallAsync(() => Task.FromResult(list()))).GetAsyncEnumerator(cancellationToken);
        while (await health.CallAsync(() => entries.MoveNextAsync().AsTask())) yield return entries.Current;
    }

    private sealed class Writer(StoreWriter writer, StoreHealth health) : StoreWriter
    {
        public override Stream Stream => writer.Stream;

        public override Task<bool> CompleteAsync(CancellationToken cancellationToken = default) => health.CallAsync(() => writer.CompleteAsync(cancellationToken));

        public override ValueTask DisposeAsync() => new(health.CallAsync(() => writer.DisposeAsync().AsTask()));
    }
}

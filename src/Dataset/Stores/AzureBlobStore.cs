using System.Runtime.CompilerServices;
using Atelier.Abstractions;
using Atelier.Dataset.Stores.Blobs;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Atelier.Dataset.Stores;

/// <summary>
/// A store in a container of Azure blob storage, where a file is a block blob. Requests that make one are create-only
/// (<c>If-None-Match: *</c>) and carry a mark, by which a call whose reply was lost knows its own blob. Larger files are uploaded, and
/// copied within the service, in blocks of ids of their own; blocks that are never committed the service drops after a week. A stream
/// over a file that is deleted ends with <see cref="FileNotFoundException"/>. Requests that fail for reasons that may pass are repeated,
/// see <see cref="BlobLimits"/>. No message holds a key or a signature.
/// </summary>
/// <remarks>The account needs a flat namespace: with a hierarchical one, listings are not in ordinal order.</remarks>
public sealed class AzureBlobStore : IStore
{
    private readonly BlobContainer _container;
    private readonly BlobLimits _limits;

    /// <summary>A store in a container that exists; <see cref="StoreLocation"/> opens and checks one that a user names.</summary>
    /// <param name="connectionString">Connection string of the account.</param>
    /// <param name="container">Name of the container.</param>
    /// <exception cref="InvalidInputException">One of them cannot be read.</exception>
    public AzureBlobStore(string connectionString, string container)
        : this(BlobAddress.FromConnectionString(connectionString, container))
    {
    }

    /// <summary>
    /// A store in a container that exists, opened with the signature in its URL or else with <c>DefaultAzureCredential</c>: a managed
    /// identity, a workload identity, the environment or the signed-in developer.
    /// </summary>
    /// <param name="container">URL of the container.</param>
    /// <exception cref="InvalidInputException">It is not the URL of a container.</exception>
    public AzureBlobStore(Uri container)
        : this(BlobAddress.FromUrl((container ?? throw new ArgumentNullException(nameof(container))).AbsoluteUri))
    {
    }

    internal AzureBlobStore(BlobAddress address, BlobClientOptions? options = null, BlobLimits? limits = null)
    {
        _container = new BlobContainer(address, options ?? BlobLimits.Patient());
        _limits = limits ?? new BlobLimits();
    }

    /// <summary>URL of the container, without credentials.</summary>
    public string Name => _container.Name;

    /// <summary>The same as <see cref="Name"/>.</summary>
    public override string ToString() => Name;

    /// <inheritdoc/>
    public async Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        var upload = new BlockUpload(_container, path);
        if (content.Length <= _limits.BlockBytes)
            return await upload.TryPutAsync(content, cancellationToken).ConfigureAwait(false);
        for (var start = 0; start < content.Length; start += _limits.BlockBytes)
        {
            var block = content.Slice(start, Math.Min(_limits.BlockBytes, content.Length - start));
            await upload.StageAsync(block, cancellationToken).ConfigureAwait(false);
        }
        return await upload.TryCommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<StoreWriter> OpenWriterAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<StoreWriter>(new Writer(new BlockStream(new BlockUpload(_container, path), _limits.BlockBytes)));
    }

    /// <inheritdoc/>
    public async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        return await _container.AskAsync(() => ReadUncheckedAsync(path, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<byte[]?> ReadRangeAsync(string path, long offset, int count, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        FileRange.Check(offset, count);
        if (count == 0)
        {
            // No request can ask for nothing.
            if (await _container.FindAsync(_container.Blob(path), cancellationToken).ConfigureAwait(false) is not { } found) return null;
            FileRange.CheckIsIn(path, found.ContentLength, offset, count);
            return [];
        }
        var bytes = await _container.AskAsync(() => ReadRangeUncheckedAsync(path, offset, count, cancellationToken), cancellationToken).ConfigureAwait(false);
        return bytes is null || bytes.Length == count ? bytes : throw FileRange.PastEnd(path, offset, count);
    }

    /// <inheritdoc/>
    public async Task<Stream?> OpenReadAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        var blob = _container.Blob(path);
        var found = await _container.FindAsync(blob, cancellationToken).ConfigureAwait(false);
        return found is null ? null : new BlobReadStream(_container, blob, found.ContentLength, found.ETag, _limits.ReadBytes);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<StoreEntry> ListAsync(string prefix, CancellationToken cancellationToken = default)
    {
        StorePath.CheckPrefix(prefix);
        return EnumerateAsync(prefix, cancellationToken);
    }

    /// <summary>Gives none: the service has no folders.</summary>
    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListFoldersAsync(CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<string>();

    /// <inheritdoc/>
    public async Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken = default)
    {
        StorePath.Check(from);
        StorePath.Check(to);
        return await new BlobPromotion(_container, _limits.CopyBytes).TryPromoteAsync(from, to, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        await _container.AskAsync(
            () => _container.Blob(path).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks the name of the job only: what was never finished has no name here, and the service drops it after a week.</summary>
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

    private async Task<byte[]?> ReadUncheckedAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = (await _container.Blob(path).DownloadStreamingAsync(cancellationToken: cancellationToken).ConfigureAwait(false)).Value;
            var whole = WholeFile.Allocate(path, answer.Details.ContentLength);
            await answer.Content.ReadExactlyAsync(whole, cancellationToken).ConfigureAwait(false);
            return whole;
        }
        catch (RequestFailedException missing) when (BlobContainer.IsMissing(missing))
        {
            return null;
        }
    }

    /// <summary>The bytes; none where the file ends before the range does.</summary>
    private async Task<byte[]?> ReadRangeUncheckedAsync(string path, long offset, int count, CancellationToken cancellationToken)
    {
        var range = new BlobDownloadOptions { Range = new HttpRange(offset, count) };
        try
        {
            using var answer = (await _container.Blob(path).DownloadStreamingAsync(range, cancellationToken).ConfigureAwait(false)).Value;
            if (answer.Details.ContentLength != count) return [];
            var bytes = new byte[count];
            await answer.Content.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }
        catch (RequestFailedException missing) when (BlobContainer.IsMissing(missing))
        {
            return null;
        }
        catch (RequestFailedException beyond) when (beyond.Status == 416)
        {
            return [];
        }
    }

    private async IAsyncEnumerable<StoreEntry> EnumerateAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var listing = _container.Client.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, cancellationToken);
        var pages = listing.AsPages(pageSizeHint: _limits.PageNames).GetAsyncEnumerator(cancellationToken);
        await using var _ = pages.ConfigureAwait(false);
        while (await _container.AskAsync(() => pages.MoveNextAsync().AsTask(), cancellationToken).ConfigureAwait(false))
        {
            foreach (var blob in pages.Current.Values.Where(blob => !IsTemporary(blob.Name)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new StoreEntry(blob.Name, blob.Properties.ContentLength ?? 0);
            }
        }
    }

    private static bool IsTemporary(string name) => $"/{name}".Contains($"/{StorePath.TemporaryFolder}/", StringComparison.Ordinal);

    private sealed class Writer(BlockStream stream) : StoreWriter
    {
        public override Stream Stream => stream;

        public override Task<bool> CompleteAsync(CancellationToken cancellationToken = default) => stream.TryCompleteAsync(cancellationToken);

        public override ValueTask DisposeAsync() => stream.DisposeAsync();
    }
}

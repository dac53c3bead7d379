using Azure;
using Azure.Core;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace Atelier.Dataset.Stores.Blobs;

/// <summary>Requests to one container: create-only, and with every failure as an <see cref="IOException"/> that says what it means.</summary>
internal sealed class BlobContainer(BlobAddress address, BlobClientOptions options)
{
    /// <summary>
    /// Metadata of every blob, naming the call that made it. A request that is sent again because its reply was lost finds the name
    /// taken; the mark tells whether by itself.
    /// </summary>
    public const string Mark = "atelier_put";

    // How long a request that may make a file goes on after it was cancelled: its outcome is worth knowing.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>URL of the container, without credentials.</summary>
    public string Name => address.Name;

    public TokenCredential? Credential => address.Credential;

    public BlobContainerClient Client { get; } = address.Connect(options);

    public BlockBlobClient Blob(string path) => Client.GetBlockBlobClient(path);

    /// <summary>Awaits a request.</summary>
    /// <exception cref="IOException">It failed, or was not answered however often it was tried.</exception>
    public async Task<T> AskAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (Exception exception) when (
            !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested) && BlobFault.Of(exception, Name) is not null)
        {
            throw new BlobException(BlobFault.Of(exception, Name)!);
        }
    }

    /// <summary>Length, ETag and metadata of a blob, or null when there is none.</summary>
    public Task<BlobProperties?> FindAsync(BlockBlobClient blob, CancellationToken cancellationToken) =>
        AskAsync(() => FindUncheckedAsync(blob, cancellationToken), cancellationToken);

    /// <summary>Makes a blob by one request, unless there is one.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="request">The request, which must send the metadata and conditions it is given.</param>
    /// <param name="cancellationToken">Gives up before the request is sent; after that, a few seconds later.</param>
    /// <returns>Whether this call made it, also when the service says that it exists because the first reply was lost.</returns>
    public Task<bool> TryCommitAsync(
        BlockBlobClient blob, Func<Dictionary<string, string>, BlobRequestConditions, CancellationToken, Task> request, CancellationToken cancellationToken) =>
        AskAsync(() => TryCommitUncheckedAsync(blob, request, cancellationToken), cancellationToken);

    private static async Task<bool> TryCommitUncheckedAsync(
        BlockBlobClient blob, Func<Dictionary<string, string>, BlobRequestConditions, CancellationToken, Task> request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var patience = new CancellationTokenSource();
        using var cancellation = cancellationToken.Register(() => patience.CancelAfter(Grace));
        var call = Guid.NewGuid().ToString("N");
        try
        {
            await request(new() { [Mark] = call }, new() { IfNoneMatch = ETag.All }, patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException taken) when (IsTaken(taken) || BlocksAreGone(taken))
        {
            var blobThere = await FindUncheckedAsync(blob, patience.Token).ConfigureAwait(false);
            if (blobThere is null && BlocksAreGone(taken))
                throw;
            return blobThere is not null && blobThere.Metadata.TryGetValue(Mark, out var maker) && maker == call;
        }
    }

    private static async Task<BlobProperties?> FindUncheckedAsync(BlockBlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            return await blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException answer) when (IsMissing(answer))
        {
            return null;
        }
    }

    /// <summary>Whether an answer means that there is no such blob, in a container that exists.</summary>
    public static bool IsMissing(RequestFailedException answer) => answer.Status == 404 && answer.ErrorCode != "ContainerNotFound";

    // Unauthorized means a signature that may create but not overwrite, and so that there is something to overwrite.
    private static bool IsTaken(RequestFailedException answer) =>
        answer.ErrorCode is "BlobAlreadyExists" or "ConditionNotMet" or "TargetConditionNotMet" or "UnauthorizedBlobOverwrite";

    // Whoever makes a blob discards all blocks that others have staged for its name.
    private static bool BlocksAreGone(RequestFailedException answer) => answer.ErrorCode == "InvalidBlockList";
}

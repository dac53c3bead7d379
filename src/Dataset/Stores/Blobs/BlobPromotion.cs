using Azure;
using Azure.Core;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Sas;

namespace Atelier.Dataset.Stores.Blobs;

/// <summary>
/// Gives the bytes of a blob a second name. The service copies them into blocks of the second name, and only when all are there does one
/// create-only request make the blob: a copy that the service goes on with by itself would show readers an empty file meanwhile.
/// </summary>
internal sealed class BlobPromotion(BlobContainer container, int copyBytes)
{
    private static readonly string[] Scopes = ["https://storage.azure.com/.default"];

    public async Task<bool> TryPromoteAsync(string from, string to, CancellationToken cancellationToken)
    {
        var (source, upload) = (container.Blob(from), new BlockUpload(container, to));
        if (await container.FindAsync(upload.Blob, cancellationToken).ConfigureAwait(false) is not null)
            return false;
        var found = await container.FindAsync(source, cancellationToken).ConfigureAwait(false);
        if (found is not null
            && await container.AskAsync(() => TryStageAsync(source, found, upload, cancellationToken), cancellationToken).ConfigureAwait(false))
            return await upload.TryCommitAsync(cancellationToken).ConfigureAwait(false);
        // Someone else may have promoted and deleted it since.
        return await container.FindAsync(upload.Blob, cancellationToken).ConfigureAwait(false) is not null
            ? false
            : throw new FileNotFoundException($"The store has neither '{from}' nor '{to}'.", from);
    }

    /// <summary>Has the service copy all bytes of a blob into blocks of another.</summary>
    /// <returns>False when the blob is gone.</returns>
    private async Task<bool> TryStageAsync(BlockBlobClient source, BlobProperties found, BlockUpload upload, CancellationToken cancellationToken)
    {
        var (url, authentication) = await AuthorizeAsync(source, cancellationToken).ConfigureAwait(false);
        try
        {
            for (long start = 0; start < found.ContentLength; start += copyBytes)
            {
                var options = new StageBlockFromUriOptions
                {
                    SourceRange = new HttpRange(start, Math.Min(copyBytes, found.ContentLength - start)),
                    SourceConditions = new() { IfMatch = found.ETag },
                    SourceAuthentication = authentication,
                };
                await upload.Blob.StageBlockFromUriAsync(url, upload.NextBlock(), options, cancellationToken).ConfigureAwait(false);
            }
            return true;
        }
        catch (RequestFailedException gone) when (gone.Status == 404 && gone.ErrorCode != "ContainerNotFound" || gone.ErrorCode == "SourceConditionNotMet")
        {
            return false;
        }
    }

    /// <summary>The service reads the source as anyone would, and needs leave to: a signature for the hour, or the identity's token.</summary>
    private async Task<(Uri Url, HttpAuthorization? Authentication)> AuthorizeAsync(BlockBlobClient source, CancellationToken cancellationToken)
    {
        if (source.CanGenerateSasUri)
            return (source.GenerateSasUri(BlobSasPermissions.Read, DateTimeOffset.UtcNow.AddHours(1)), null);
        if (container.Credential is null)
            return (source.Uri, null);
        var token = await container.Credential.GetTokenAsync(new TokenRequestContext(Scopes), cancellationToken).ConfigureAwait(false);
        return (source.Uri, new HttpAuthorization("Bearer", token.Token));
    }
}

using Atelier.Abstractions;
using Azure;
using Azure.Storage.Blobs.Models;

namespace Atelier.Dataset.Stores.Blobs;

/// <summary>Tries with a container what <see cref="AzureBlobStore"/> depends on, so that wrong settings show before any work.</summary>
internal static class BlobProbe
{
    /// <summary>Checks that the container can be listed.</summary>
    /// <exception cref="InvalidInputException">There is no such container, or the credentials are refused.</exception>
    /// <exception cref="IOException">The service cannot be reached.</exception>
    public static Task ReadAsync(BlobContainer container, CancellationToken cancellationToken) => BlamingTheSettingAsync(async () =>
    {
        if (!await ExistsAsync(container, cancellationToken).ConfigureAwait(false))
            throw new InvalidInputException($"There is no container {container.Name}.");
    });

    /// <summary>Makes the container if there is none, then makes, copies and deletes small files in it.</summary>
    /// <exception cref="InvalidInputException">The credentials are refused, or do not allow all this.</exception>
    /// <exception cref="IOException">The service cannot be reached.</exception>
    public static Task WriteAsync(BlobContainer container, CancellationToken cancellationToken) => BlamingTheSettingAsync(async () =>
    {
        if (!await ExistsAsync(container, cancellationToken).ConfigureAwait(false))
            await MakeAsync(container, cancellationToken).ConfigureAwait(false);

        var names = Enumerable.Range(0, 2).Select(_ => $"{StorePath.TemporaryFolder}/probe-{Guid.NewGuid():N}").ToArray();
        try
        {
            if (!await PutAsync(container, names[0], cancellationToken).ConfigureAwait(false)
                || await PutAsync(container, names[0], cancellationToken).ConfigureAwait(false))
                throw new InvalidInputException($"{container.Name} cannot hold jobs: a name that is taken can be taken again, so two workers could write one file.");
            await new BlobPromotion(container, copyBytes: 1 << 20).TryPromoteAsync(names[0], names[1], cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var name in names)
                await container.AskAsync(() => container.Blob(name).DeleteIfExistsAsync(cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    });

    private static Task<bool> PutAsync(BlobContainer container, string name, CancellationToken cancellationToken) =>
        new BlockUpload(container, name).TryPutAsync("probe"u8.ToArray(), cancellationToken);

    private static Task<bool> ExistsAsync(BlobContainer container, CancellationToken cancellationToken) => container.AskAsync(
        async () =>
        {
            var pages = container.Client.GetBlobsAsync(new GetBlobsOptions(), cancellationToken).AsPages(pageSizeHint: 1).GetAsyncEnumerator(cancellationToken);
            await using var _ = pages.ConfigureAwait(false);
            try
            {
                await pages.MoveNextAsync().ConfigureAwait(false);
                return true;
            }
            catch (RequestFailedException missing) when (missing.ErrorCode == "ContainerNotFound")
            {
                return false;
            }
        },
        cancellationToken);

    private static async Task MakeAsync(BlobContainer container, CancellationToken cancellationToken)
    {
        try
        {
            await container.AskAsync(() => container.Client.CreateIfNotExistsAsync(cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (BlobException exception) when (exception.InSetting)
        {
            throw new InvalidInputException($"There is no container {container.Name}, and it cannot be made. {exception.Message}", exception);
        }
    }

    private static async Task BlamingTheSettingAsync(Func<Task> probe)
    {
        try
        {
            await probe().ConfigureAwait(false);
        }
        catch (BlobException exception) when (exception.InSetting)
        {
            throw new InvalidInputException(exception.Message, exception);
        }
    }
}

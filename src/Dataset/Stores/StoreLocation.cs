using Atelier.Abstractions;
using Atelier.Dataset.Stores.Blobs;

namespace Atelier.Dataset.Stores;

/// <summary>
/// Where jobs live, as one setting says. It is one of:
/// <list type="bullet">
/// <item>a folder, such as <c>/data/jobs</c> or <c>out</c>;</item>
/// <item>the URL of a container, <c>https://account.blob.core.windows.net/container</c>, with a shared access signature in its query, or
/// else to be opened with <c>DefaultAzureCredential</c>; or <c>azure:account/container</c> for short;</item>
/// <item>the connection string of an account with <c>;ContainerName=container</c> added to it.</item>
/// </list>
/// <c>azure:</c> may stand before the last two as well.
/// </summary>
public sealed class StoreLocation
{
    private const string Forms = "a store is a folder, https://account.blob.core.windows.net/container, azure:account/container, "
        + "or the connection string of a storage account with ;ContainerName=container added";

    private const string Scheme = "azure:";
    private const string ContainerKey = "ContainerName";

    private static readonly string[] ConnectionKeys =
        [ContainerKey, "DefaultEndpointsProtocol", "AccountName", "AccountKey", "BlobEndpoint", "SharedAccessSignature", "UseDevelopmentStorage"];

    private readonly string? _folder;
    private readonly BlobAddress? _container;

    private StoreLocation(string? folder, BlobAddress? container) => (_folder, _container) = (folder, container);

    /// <summary>Reads the setting. Nothing is asked of a disk or the network.</summary>
    /// <param name="setting">The setting.</param>
    /// <exception cref="InvalidInputException">It has none of the forms; the message names them, and holds no credentials.</exception>
    public static StoreLocation Parse(string setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var text = setting.Trim();
        var azure = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);
        if (azure)
            text = text[Scheme.Length..];
        if (text.Length == 0)
            throw new InvalidInputException($"The store is not named; {Forms}.");
        if (IsConnectionString(text))
            return new(null, FromConnectionString(text));
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            return text.StartsWith("http", StringComparison.OrdinalIgnoreCase)
                ? new(null, BlobAddress.FromUrl(text))
                : throw new InvalidInputException($"'{text[..scheme]}://' is no scheme of a store; {Forms}.");
        }
        return azure ? new(null, FromNames(text)) : new(Path.GetFullPath(text), null);
    }

    /// <summary>Reads a setting that somebody else gave, such as a cluster: the user's Azure identity is shown to Azure's hosts only.</summary>
    /// <param name="setting">The setting.</param>
    /// <exception cref="InvalidInputException">It has none of the forms, or names a host that is not Azure's to be opened with an identity.</exception>
    public static StoreLocation ParseForeign(string setting)
    {
        var location = Parse(setting);
        if (location._container is not { Credential: not null, IsOfAzure: false }) return location;
        throw new InvalidInputException(
            $"the cluster says that its jobs are in {location}, which is no host of Azure; your Azure identity is shown to it only if you name it yourself: --store {location}");
    }

    /// <summary>Opens the store for work: makes the folder or container if there is none, and tries what work needs.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">It cannot be used as it is set: no such account, credentials refused, folder not writable.</exception>
    /// <exception cref="IOException">The blob storage cannot be reached; known within a minute.</exception>
    public async Task<IStore> OpenAsync(CancellationToken cancellationToken = default)
    {
        if (_container is not null)
        {
            await BlobProbe.WriteAsync(new BlobContainer(_container, BlobLimits.Brief()), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await DirectoryStore.ProbeAsync(_folder!, cancellationToken).ConfigureAwait(false);
        }
        return OpenUntried();
    }

    /// <summary>Opens a store that is only to be read: makes nothing, and needs no leave to write.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">There is no such folder or container, or the credentials are refused.</exception>
    /// <exception cref="IOException">The blob storage cannot be reached; known within a minute.</exception>
    public async Task<IStore> OpenForReadingAsync(CancellationToken cancellationToken = default)
    {
        if (_container is not null)
        {
            await BlobProbe.ReadAsync(new BlobContainer(_container, BlobLimits.Brief()), cancellationToken).ConfigureAwait(false);
        }
        else if (!await Task.Run(() => Directory.Exists(_folder), cancellationToken).ConfigureAwait(false))
        {
            throw new InvalidInputException($"There is no folder '{_folder}'.");
        }
        return OpenUntried();
    }

    /// <summary>The store without a look at it, for who opens it now and tries it later.</summary>
    public IStore OpenUntried() => _container is not null ? new AzureBlobStore(_container) : new DirectoryStore(_folder!);

    /// <summary>The folder's full path, or the container's URL; never credentials.</summary>
    public override string ToString() => _folder ?? _container!.Name;

    private static bool IsConnectionString(string text) => text.Split(';').Any(part =>
        part.IndexOf('=', StringComparison.Ordinal) is > 0 and var end
        && ConnectionKeys.Contains(part[..end].Trim(), StringComparer.OrdinalIgnoreCase));

    private static BlobAddress FromConnectionString(string text)
    {
        var parts = text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToLookup(part => part.StartsWith(ContainerKey + "=", StringComparison.OrdinalIgnoreCase));
        if (parts[true].ToArray() is not [var container])
            throw new InvalidInputException($"The connection string of the store needs one container, as in ;{ContainerKey}=jobs.");
        return BlobAddress.FromConnectionString(string.Join(';', parts[false]), container[(ContainerKey.Length + 1)..]);
    }

    private static BlobAddress FromNames(string text)
    {
        if (text.Split('/') is not [{ Length: >= 3 and <= 24 } account, var container] || !account.All(char.IsAsciiLetterOrDigit))
            throw new InvalidInputException($"'{Scheme}{text}' names no account and container; {Forms}.");
        return BlobAddress.FromUrl($"https://{account.ToLowerInvariant()}.blob.core.windows.net/{container}");
    }
}

using System.Text.RegularExpressions;
using Atelier.Abstractions;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace Atelier.Dataset.Stores.Blobs;

/// <summary>Which container, and by what credentials. Nothing is asked of the network here.</summary>
internal sealed partial class BlobAddress
{
    // Public, US government and China.
    private static readonly string[] AzureHosts = [".blob.core.windows.net", ".blob.core.usgovcloudapi.net", ".blob.core.chinacloudapi.cn"];

    private readonly Func<BlobClientOptions, BlobContainerClient> _connect;

    private BlobAddress(Func<BlobClientOptions, BlobContainerClient> connect, TokenCredential? credential)
    {
        (_connect, Credential) = (connect, credential);
        Name = connect(new BlobClientOptions()).Uri.GetLeftPart(UriPartial.Path);
    }

    /// <summary>URL of the container, without the signature that may be part of it.</summary>
    public string Name { get; }

    /// <summary>Whether its host is one of Azure's, of whichever cloud.</summary>
    public bool IsOfAzure => AzureHosts.Any(host => new Uri(Name).Host.EndsWith(host, StringComparison.OrdinalIgnoreCase));

    /// <summary>The identity, unless a key or a signature stands for it.</summary>
    public TokenCredential? Credential { get; }

    /// <summary>A client of the container.</summary>
    public BlobContainerClient Connect(BlobClientOptions options) => _connect(options);

    /// <summary>A container of the account that a connection string names.</summary>
    /// <exception cref="InvalidInputException">The container cannot have that name, or the text is no connection string. It is not repeated.</exception>
    public static BlobAddress FromConnectionString(string connectionString, string container)
    {
        CheckContainer(container);
        try
        {
            return new BlobAddress(options => new BlobContainerClient(connectionString, container, options), credential: null);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            // The cause may quote the key.
            throw new InvalidInputException(
                $"The connection string of the container '{container}' cannot be read; it needs AccountName and AccountKey, or "
                + "BlobEndpoint and SharedAccessSignature, as the Azure portal shows them.");
        }
    }

    /// <summary>The container at a URL, with the signature in it or else with an identity.</summary>
    /// <exception cref="InvalidInputException">It is not the URL of a container, or would carry credentials in the clear.</exception>
    public static BlobAddress FromUrl(string url, TokenCredential? credential = null)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
            throw new InvalidInputException($"The store is not a URL that can be read; {Form}.");
        var shown = $"{uri.Scheme}://{uri.Authority}{uri.AbsolutePath}";
        if (uri.UserInfo.Length > 0 || uri.Fragment.Length > 0)
            throw new InvalidInputException($"The store {shown} has a user name, password or fragment in its URL; {Form}.");
        if (uri.Scheme == "http" && !uri.IsLoopback)
            throw new InvalidInputException($"The store {shown} would send credentials in the clear; {Form}.");
        var parts = new BlobUriBuilder(uri);
        if (parts.BlobContainerName.Length == 0 || parts.BlobName.Length > 0)
            throw new InvalidInputException($"The store {shown} names no container, or more than one; {Form}.");
        CheckContainer(parts.BlobContainerName);
        if (parts.Sas is not null)
            return new BlobAddress(options => new BlobContainerClient(uri, options), credential: null);
        if (uri.Query.Length > 0)
            throw new InvalidInputException($"The store {shown} has a query that is no shared access signature; {Form}.");
        if (uri.Scheme == "http")
            throw new InvalidInputException($"The store {shown} needs https or a shared access signature: an identity is sent over https only.");
        var identity = credential ?? new DefaultAzureCredential();
        return new BlobAddress(options => new BlobContainerClient(uri, identity, options), identity);
    }

    private const string Form = "give https://account.blob.core.windows.net/container, with or without a shared access signature";

    private static void CheckContainer(string container)
    {
        if (!ContainerName().IsMatch(container))
            throw new InvalidInputException(
                $"The container name '{container}' is not allowed: 3 to 63 lower-case letters, digits and single hyphens, a letter or digit at each end.");
    }

    [GeneratedRegex("^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex ContainerName();
}

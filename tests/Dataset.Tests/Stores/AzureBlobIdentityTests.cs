using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Atelier.Abstractions;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Stores.Blobs;
using Azure.Core;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;

namespace Atelier.Dataset.Tests.Stores;

/// <summary>A container opened by its URL with an identity, over https, which identities need.</summary>
public sealed class AzureBlobIdentityTests : IAsyncLifetime
{
    private static readonly StorageSharedKeyCredential Key = new(Azurite.Account, Azurite.Key);

    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _certificate = NewCertificate();
    private Azurite _azurite = null!;
    private Uri _container = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var certificate = _folder.Write("certificate.pem", _certificate.ExportCertificatePem());
        var key = _folder.Write("key.pem", _certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        _azurite = new Azurite(["--oauth", "basic", "--cert", certificate, "--key", key]);
        _container = await _azurite.UrlAsync("jobs");
    }

    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        _certificate.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Store_OpenedWithAnIdentity_MakesTheContainerAndDoesEverything()
    {
        var copies = new ConcurrentBag<string>();
        var options = new Interference((request, send) => AuthorizeTheCopy(request, send, copies), _certificate).Options();
        var address = BlobAddress.FromUrl(_container.ToString(), new Identity(TimeSpan.FromHours(1)));
        await BlobProbe.WriteAsync(new BlobContainer(address, options), Cancel);
        var store = new AzureBlobStore(address, options, new BlobLimits { BlockBytes = 3_000, CopyBytes = 4_000 });
        copies.Clear();

        Assert.True(await store.TryCreateAsync("job/a", new byte[10_000], Cancel));
        Assert.False(await store.TryCreateAsync("job/a", new byte[10], Cancel));
        Assert.True(await store.TryPromoteAsync("job/a", "job/b", Cancel));
        await store.DeleteAsync("job/a", Cancel);

        Assert.Equal([new StoreEntry("job/b", 10_000)], await store.ListAsync("", Cancel).ToArrayAsync(Cancel));
        Assert.Equal(new byte[10_000], await store.ReadAsync("job/b", Cancel));
        Assert.Equal(3, copies.Count);
    }

    [Fact]
    public async Task Opening_TokenThatHasEnded_SaysSo()
    {
        var address = BlobAddress.FromUrl(_container.ToString(), new Identity(TimeSpan.FromHours(-1)));
        var options = new Interference((_, send) => send(), _certificate).Options();

        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => BlobProbe.ReadAsync(new BlobContainer(address, options), Cancel));

        Assert.StartsWith($"The blob storage at {_container} refused the credentials (40", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_NoIdentityToBeHad_SaysHowToGetOne()
    {
        var address = BlobAddress.FromUrl(_container.ToString(), new NoIdentity());
        var options = new Interference((_, send) => send(), _certificate).Options();

        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => BlobProbe.ReadAsync(new BlobContainer(address, options), Cancel));

        Assert.Equal(
            $"There is no Azure identity to open {_container} with: give the machine a managed identity, sign in with 'az login', or use a "
            + "connection string or a shared access signature.",
            exception.Message);
    }

    /// <summary>
    /// The emulator does not read the token by which the service is to read a copy's source: this checks that it was sent and puts a
    /// signature in its place.
    /// </summary>
    private static Task<HttpResponseMessage> AuthorizeTheCopy(HttpRequestMessage request, Func<Task<HttpResponseMessage>> send, ConcurrentBag<string> copies)
    {
        if (request.Headers.TryGetValues("x-ms-copy-source", out var sources))
        {
            Assert.Equal(request.Headers.Authorization!.ToString(), Assert.Single(request.Headers.GetValues("x-ms-copy-source-authorization")));
            var source = new BlobClient(new Uri(sources.Single()), Key);
            Assert.Equal("", source.Uri.Query);
            copies.Add(source.Name);
            request.Headers.Remove("x-ms-copy-source-authorization");
            request.Headers.Remove("x-ms-copy-source");
            request.Headers.Add("x-ms-copy-source", source.GenerateSasUri(BlobSasPermissions.Read, DateTimeOffset.UtcNow.AddHours(1)).AbsoluteUri);
        }
        return send();
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>An identity whose token says what the emulator looks at: who made it, for whom, and when it ends.</summary>
    private sealed class Identity(TimeSpan ends) : TokenCredential
    {
        private readonly AccessToken _token = new(
            $"{Encode("""{"alg":"none"}""")}.{Encode(Claims(DateTimeOffset.UtcNow + ends))}.unsigned", DateTimeOffset.UtcNow.AddHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Assert.Equal("https://storage.azure.com/.default", Assert.Single(requestContext.Scopes));
            return ValueTask.FromResult(_token);
        }

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        private static string Claims(DateTimeOffset end) => JsonSerializer.Serialize(new
        {
            aud = "https://storage.azure.com",
            iss = "https://sts.windows.net/tests/",
            iat = end.AddDays(-1).ToUnixTimeSeconds(),
            nbf = end.AddDays(-1).ToUnixTimeSeconds(),
            exp = end.ToUnixTimeSeconds(),
        });

        private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }

    private sealed class NoIdentity : TokenCredential
    {
        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new CredentialUnavailableException("no credential was found");

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}

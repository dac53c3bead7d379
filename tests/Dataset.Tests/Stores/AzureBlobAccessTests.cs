using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Atelier.Abstractions;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Stores.Blobs;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;

namespace Atelier.Dataset.Tests.Stores;

/// <summary>Opening a container by a setting, with right credentials and with wrong ones.</summary>
public sealed class AzureBlobAccessTests(Azurite azurite) : IAsyncLifetime
{
    private const string WrongKey = "d3Jvbmcga2V5IHdyb25nIGtleSB3cm9uZyBrZXkgd3JvbmcgaGVyZQ==";

    private BlobContainerClient _container = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _container = await azurite.NewContainerAsync();

    public async ValueTask DisposeAsync() => await _container.DeleteIfExistsAsync();

    [Fact]
    public async Task OpenAsync_ConnectionString_OpensTheContainerAndLeavesNothingInIt()
    {
        var location = StoreLocation.Parse(await SettingAsync(_container.Name));

        var store = await location.OpenAsync(Cancel);

        Assert.Empty(await store.ListAsync("", Cancel).ToArrayAsync(Cancel));
        Assert.Empty(await _container.GetBlobsAsync(cancellationToken: Cancel).ToArrayAsync(Cancel));
        Assert.Equal(_container.Uri.ToString(), location.ToString());
    }

    [Fact]
    public async Task OpenAsync_NoSuchContainer_MakesIt()
    {
        await _container.DeleteAsync(cancellationToken: Cancel);

        var store = await StoreLocation.Parse(await SettingAsync(_container.Name)).OpenAsync(Cancel);

        Assert.True(await store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel));
    }

    [Fact]
    public async Task OpenForReadingAsync_NoSuchContainer_SaysSoAndMakesNothing()
    {
        await _container.DeleteAsync(cancellationToken: Cancel);

        var exception = await Assert.ThrowsAsync<InvalidInputException>(
            async () => await StoreLocation.Parse(await SettingAsync(_container.Name)).OpenForReadingAsync(Cancel));

        Assert.Equal($"There is no container {_container.Uri}.", exception.Message);
        Assert.False(await _container.ExistsAsync(Cancel));
    }

    [Fact]
    public async Task EveryMethod_ContainerTakenAway_SaysSo()
    {
        var store = new AzureBlobStore(await azurite.ConnectionStringAsync(), _container.Name);
        await _container.DeleteAsync(cancellationToken: Cancel);

        Func<Task>[] calls =
        [
            () => store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel),
            () => store.ReadAsync("job/a", Cancel),
            () => store.OpenReadAsync("job/a", Cancel),
            () => store.TryPromoteAsync("job/a", "job/b", Cancel),
            () => store.ListAsync("", Cancel).ToArrayAsync(Cancel).AsTask(),
        ];
        foreach (var call in calls)
            Assert.Equal($"There is no container {_container.Uri}.", (await Assert.ThrowsAnyAsync<IOException>(call)).Message);
    }

    [Fact]
    public async Task OpenAsync_WrongKey_SaysSoWithoutRepeatingIt()
    {
        var setting = $"{await azurite.ConnectionStringAsync(key: WrongKey)};ContainerName={_container.Name}";

        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => StoreLocation.Parse(setting).OpenAsync(Cancel));

        Assert.Equal(
            $"The blob storage at {_container.Uri} refused the credentials (403 AuthorizationFailure): check the account key, or the shared "
            + "access signature and the time it ends, or the identity, and the account's firewall.",
            exception.Message);
        Assert.DoesNotContain(WrongKey, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryMethod_WrongKey_IsRefusedAtOnce()
    {
        var store = new AzureBlobStore(await azurite.ConnectionStringAsync(key: WrongKey), _container.Name);

        Func<Task>[] calls =
        [
            () => store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel),
            () => store.ReadAsync("job/a", Cancel),
            () => store.OpenReadAsync("job/a", Cancel),
            () => store.TryPromoteAsync("job/a", "job/b", Cancel),
            () => store.DeleteAsync("job/a", Cancel),
            () => store.ListAsync("", Cancel).ToArrayAsync(Cancel).AsTask(),
        ];
        foreach (var call in calls)
            Assert.Contains("refused the credentials (403", (await Assert.ThrowsAnyAsync<IOException>(call)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_SharedAccessSignature_IsEnoughForEverything()
    {
        var url = Signed(BlobContainerSasPermissions.All, TimeSpan.FromHours(1));
        var location = StoreLocation.Parse(url);

        var store = await location.OpenAsync(Cancel);

        await using (var writer = await store.OpenWriterAsync("job/attempts/1", Cancel))
        {
            await writer.Stream.WriteAsync(new byte[5_000_000], Cancel);
            Assert.True(await writer.CompleteAsync(Cancel));
        }
        Assert.True(await store.TryPromoteAsync("job/attempts/1", "job/shards/1", Cancel));
        await store.DeleteAsync("job/attempts/1", Cancel);
        Assert.Equal([new StoreEntry("job/shards/1", 5_000_000)], await store.ListAsync("", Cancel).ToArrayAsync(Cancel));
        Assert.Equal(_container.Uri.ToString(), location.ToString());
    }

    [Fact]
    public async Task OpenForReadingAsync_SignatureThatMayOnlyRead_IsEnoughAndOpenAsyncSaysWhatItLacks()
    {
        await _container.UploadBlobAsync("job/a", BinaryData.FromString("x"), Cancel);
        var location = StoreLocation.Parse(Signed(BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List, TimeSpan.FromHours(1)));

        Assert.Equal("x"u8.ToArray(), await (await location.OpenForReadingAsync(Cancel)).ReadAsync("job/a", Cancel));

        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => location.OpenAsync(Cancel));
        Assert.StartsWith(
            $"The credentials for {_container.Uri} do not allow this (403 AuthorizationPermissionMismatch): ", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_SignatureThatHasEnded_SaysSoWithoutRepeatingIt()
    {
        var location = StoreLocation.Parse(Signed(BlobContainerSasPermissions.All, TimeSpan.FromHours(-1)));

        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => location.OpenAsync(Cancel));

        Assert.StartsWith($"The blob storage at {_container.Uri} refused the credentials (403", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sig=", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_NothingListensThere_SaysSoSoon()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = (IPEndPoint)listener.LocalEndpoint;
        listener.Stop();
        var clock = Stopwatch.StartNew();

        var exception = await Assert.ThrowsAnyAsync<IOException>(() => StoreLocation.Parse(SettingOf(endpoint)).OpenAsync(Cancel));

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Equal(
            $"Cannot reach the blob storage at http://{endpoint}/{Azurite.Account}/jobs: Connection refused.", exception.Message);
        Assert.DoesNotContain(Azurite.Key, exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_SomethingListensButNeverAnswers_SaysSoWhenTheTimeIsUp()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = (IPEndPoint)listener.LocalEndpoint;
        var options = BlobLimits.Brief();
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(0.3);
        var address = BlobAddress.FromConnectionString(SettingOf(endpoint).Replace(";ContainerName=jobs", "", StringComparison.Ordinal), "jobs");

        var exception = await Assert.ThrowsAnyAsync<IOException>(() => BlobProbe.ReadAsync(new BlobContainer(address, options), Cancel));

        Assert.Equal($"The blob storage at http://{endpoint}/{Azurite.Account}/jobs did not answer in time.", exception.Message);
    }

    private static string SettingOf(IPEndPoint endpoint) =>
        $"AccountName={Azurite.Account};AccountKey={Azurite.Key};BlobEndpoint=http://{endpoint}/{Azurite.Account};ContainerName=jobs";

    private async Task<string> SettingAsync(string container) => $"{await azurite.ConnectionStringAsync()}ContainerName={container}";

    private string Signed(BlobContainerSasPermissions permissions, TimeSpan ends) =>
        _container.GenerateSasUri(new BlobSasBuilder(permissions, DateTimeOffset.UtcNow + ends) { BlobContainerName = _container.Name, Resource = "c" }).ToString();
}

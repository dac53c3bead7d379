using Atelier.Dataset.Stores;
using Atelier.Dataset.Stores.Blobs;
using Azure.Storage.Blobs;

namespace Atelier.Dataset.Tests.Stores;

/// <summary>The contract, with blocks, copies, pieces and pages so small that its files and listings need several.</summary>
public sealed class AzureBlobStoreTests(Azurite azurite) : StoreContract, IAsyncLifetime
{
    private static readonly BlobLimits Small = new() { BlockBytes = 64_000, CopyBytes = 90_000, ReadBytes = 10_000, PageNames = 700 };

    private BlobContainerClient _container = null!;
    private IStore _store = null!;

    protected override IStore Store => _store;

    public async ValueTask InitializeAsync()
    {
        _container = await azurite.NewContainerAsync();
        _store = new AzureBlobStore(BlobAddress.FromConnectionString(await azurite.ConnectionStringAsync(), _container.Name), limits: Small);
    }

    public async ValueTask DisposeAsync() => await _container.DeleteAsync();
}

using Atelier.Dataset.Attempts;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Stores.Blobs;
using Atelier.Dataset.Tests.Stores;
using Azure.Storage.Blobs;

namespace Atelier.Dataset.Tests.Shards;

/// <summary>A shard that is promoted while it is being read, in a store that keeps no deleted file for its readers.</summary>
public sealed class UnpromotedShardTests(Azurite azurite) : IAsyncLifetime
{
    private BlobContainerClient _container = null!;
    private AzureBlobStore _store = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _container = await azurite.NewContainerAsync();
        var address = BlobAddress.FromConnectionString(await azurite.ConnectionStringAsync(), _container.Name);
        _store = new AzureBlobStore(address, limits: new BlobLimits { ReadBytes = 1_000 });
    }

    public async ValueTask DisposeAsync() => await _container.DeleteAsync();

    [Fact]
    public async Task ReadImagesAsync_PromotedOnTheWay_GivesTheRestToo()
    {
        var stats = await TestShards.WriteAsync(_store, TestShards.Attempt(0), Cancel);
        var before = await ShardReader.ReadImagesAsync(_store, "job", stats, Cancel).Select(image => (image.Key, Image: Convert.ToHexString(image.Content))).ToListAsync(Cancel);

        var seen = new List<(string, string)>();
        await foreach (var image in ShardReader.ReadImagesAsync(_store, "job", stats, Cancel))
        {
            if (seen.Count == 2)
                await ShardPromotion.PromoteAsync(_store, "job", stats, Cancel);
            seen.Add((image.Key, Convert.ToHexString(image.Content)));
        }

        Assert.Equal(7, before.Count);
        Assert.Equal(before, seen);
    }

    [Fact]
    public async Task OpenTarAsync_DeletedUnderBothNames_SaysSo()
    {
        var stats = await TestShards.WriteAsync(_store, TestShards.Attempt(0), Cancel);
        await using var stream = await ShardReader.OpenTarAsync(_store, "job", stats, Cancel);
        await ShardPromotion.DiscardAsync(_store, "job", 0, stats.Attempt, Cancel);

        await Assert.ThrowsAsync<FileNotFoundException>(() => stream.ReadExactlyAsync(new byte[1], Cancel).AsTask());
    }
}

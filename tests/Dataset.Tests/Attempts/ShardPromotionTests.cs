using Atelier.Dataset.Attempts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Shards;
using Atelier.Dataset.Tests.Stores;

namespace Atelier.Dataset.Tests.Attempts;

public sealed class ShardPromotionTests
{
    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PromoteAsync_GivesThePlainNamesAndDropsTheAttempts()
    {
        var stats = await TestShards.WriteAsync(_store, TestShards.Attempt(1), Cancel);

        await ShardPromotion.PromoteAsync(_store, "job", stats, Cancel);
        await ShardPromotion.PromoteAsync(_store, "job", stats, Cancel);

        Assert.Equal(
            [new StoreEntry("job/shards/00001.parquet", stats.ParquetBytes), new StoreEntry("job/shards/00001.tar", stats.TarBytes)],
            await ListAsync());
    }

    [Fact]
    public async Task PromoteAsync_ListsNothing_SinceAFolderWouldReadTheNamesOfAllShards()
    {
        var stats = await TestShards.WriteAsync(_store, TestShards.Attempt(1), Cancel);
        var store = new DyingStore(_store, int.MaxValue);

        await ShardPromotion.PromoteAsync(store, "job", stats, Cancel);

        Assert.Equal(0, store.Listings);
        Assert.Equal(2, (await ListAsync()).Count);
    }

    [Fact]
    public async Task PromoteAsync_KilledAfterAnyOfItsWrites_IsFinishedByTheNext()
    {
        for (var writes = 0; writes <= 4; writes++)
        {
            var store = new MemoryStore();
            var stats = await TestShards.WriteAsync(store, TestShards.Attempt(1), Cancel);
            var dying = new DyingStore(store, writes);
            if (writes < 4)
                await Assert.ThrowsAsync<IOException>(() => ShardPromotion.PromoteAsync(dying, "job", stats, Cancel));

            Assert.Equal(8, (await ShardReader.ReadRowsAsync(store, "job", stats, Cancel)).Count);
            Assert.Equal(7, await ShardReader.ReadImagesAsync(store, "job", stats, Cancel).CountAsync(Cancel));
            await ShardPromotion.PromoteAsync(store, "job", stats, Cancel);
            Assert.Equal(["job/shards/00001.parquet", "job/shards/00001.tar"], (await store.ListAsync("", Cancel).ToListAsync(Cancel)).Select(entry => entry.Path));
        }
    }

    [Fact]
    public async Task PromoteAsync_ByManyAtOnce_Succeeds()
    {
        var stats = await TestShards.WriteAsync(_store, TestShards.Attempt(1), Cancel);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => ShardPromotion.PromoteAsync(_store, "job", stats, Cancel))));

        Assert.Equal(["job/shards/00001.parquet", "job/shards/00001.tar"], (await ListAsync()).Select(entry => entry.Path));
    }

    [Fact]
    public async Task PromoteAsync_PlainNameOfAnotherLength_IsRefusedAndNothingIsDeleted()
    {
        var stats = await TestShards.WriteAsync(_store, TestShards.Attempt(1), Cancel);
        await _store.TryCreateAsync("job/shards/00001.tar", "not it"u8.ToArray(), Cancel);

        var exception = await Assert.ThrowsAsync<InvalidDataException>(() => ShardPromotion.PromoteAsync(_store, "job", stats, Cancel));

        Assert.Equal($"'job/shards/00001.tar' has 6 bytes; its stats record {stats.TarBytes}.", exception.Message);
        Assert.Equal(3, (await ListAsync()).Count);
    }

    [Fact]
    public async Task PromoteAsync_PlainNameOfOtherBytes_IsRefusedAndNothingIsDeleted()
    {
        var stats = await TestShards.WriteAsync(_store, TestShards.Attempt(1), Cancel);
        var bytes = (await _store.ReadAsync(JobPaths.AttemptTar("job", 1, stats.Attempt), Cancel))!;
        bytes[^1]++;
        await _store.TryCreateAsync("job/shards/00001.tar", bytes, Cancel);

        var exception = await Assert.ThrowsAsync<InvalidDataException>(() => ShardPromotion.PromoteAsync(_store, "job", stats, Cancel));

        Assert.EndsWith($"; its stats record {stats.TarSha256}.", exception.Message, StringComparison.Ordinal);
        Assert.Equal(3, (await ListAsync()).Count);
    }

    [Fact]
    public async Task PromoteAsync_FilesLost_SaysSo()
    {
        var stats = await TestShards.WriteAsync(_store, TestShards.Attempt(1), Cancel);
        await ShardPromotion.DiscardAsync(_store, "job", 1, stats.Attempt, Cancel);

        await Assert.ThrowsAsync<FileNotFoundException>(() => ShardPromotion.PromoteAsync(_store, "job", stats, Cancel));
        await Assert.ThrowsAsync<FileNotFoundException>(() => ShardReader.ReadRowsAsync(_store, "job", stats, Cancel));
    }

    [Fact]
    public async Task DiscardAsync_RemovesOnlyTheFilesOfItsAttempt()
    {
        var winner = await TestShards.WriteAsync(_store, TestShards.Attempt(1), Cancel);
        var loser = await TestShards.WriteAsync(_store, TestShards.Attempt(1), Cancel);

        await ShardPromotion.DiscardAsync(_store, "job", 1, loser.Attempt, Cancel);
        await ShardPromotion.DiscardAsync(_store, "job", 1, loser.Attempt, Cancel);

        Assert.All(await ListAsync(), entry => Assert.Contains($"{winner.Attempt:N}", entry.Path, StringComparison.Ordinal));
        Assert.Equal(2, (await ListAsync()).Count);
    }

    [Fact]
    public async Task ReadImagesAsync_ForeignTar_IsRefused()
    {
        var stats = await TestShards.WriteAsync(_store, TestShards.Attempt(1), Cancel);
        var other = new MemoryStore();
        var content = new MemoryStream();
        await using (var tar = new System.Formats.Tar.TarWriter(content, leaveOpen: true))
            await tar.WriteEntryAsync(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "a.png"), Cancel);
        await other.TryCreateAsync("job/shards/00001.tar", content.ToArray(), Cancel);

        var exception = await Assert.ThrowsAsync<InvalidDataException>(() => ShardReader.ReadImagesAsync(other, "job", stats, Cancel).CountAsync(Cancel).AsTask());

        Assert.Equal("The tar file has '' where 'a.txt' belongs.", exception.Message);
    }

    private ValueTask<List<StoreEntry>> ListAsync() => _store.ListAsync("", Cancel).ToListAsync(Cancel);
}

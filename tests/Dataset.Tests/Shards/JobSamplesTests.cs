using Atelier.Abstractions.Shards;
using Atelier.Dataset.Images;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Reading;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Jobs;

namespace Atelier.Dataset.Tests.Shards;

/// <summary>A job of twenty samples in shards of eight, of which the second is not committed and the first is promoted.</summary>
public sealed class JobSamplesTests : IAsyncLifetime
{
    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await TestJobs.CommitAsync(_store, Cancel, 0, 2);
        await TestJobs.PromoteAsync(_store, 0, Cancel);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(0, 20, "0+8 16+4", "8+8")]
    [InlineData(7, 10, "7+1 16+1", "8+8")]
    [InlineData(10, 3, "", "10+3")]
    [InlineData(2, 3, "2+3", "")]
    [InlineData(20, 0, "", "")]
    public async Task ReadAsync_OfARunningJob_GivesWhatIsCommittedAndSaysWhatIsNot(int first, int count, string committed, string uncommitted)
    {
        var page = await JobSamples.ReadAsync(_store, "job", TestShards.Plan, [ShardColumns.Key, ShardColumns.Seed], first, count, Cancel);

        Assert.Equal(committed, string.Join(' ', page.Committed.Select(rows => $"{rows.FirstSample}+{rows.Count}")));
        Assert.Equal(uncommitted, string.Join(' ', page.Uncommitted.Select(range => $"{range.First}+{range.Count}")));
        foreach (var rows in page.Committed)
        {
            Assert.Equal(Enumerable.Range(0, rows.Count).Select(i => JobPaths.SampleKey(rows.FirstSample + i)), rows.Values(ShardColumns.Key));
            Assert.Equal(Enumerable.Range(0, rows.Count).Select(i => ulong.MaxValue - (ulong)(rows.FirstSample + i)), rows.Values(ShardColumns.Seed));
        }
    }

    [Fact]
    public async Task ReadAsync_OfAJobThatHasNothingYet_NamesOneRange()
    {
        var page = await JobSamples.ReadAsync(new MemoryStore(), "job", TestShards.Plan, ShardColumns.Listing, 3, 15, Cancel);

        Assert.Empty(page.Committed);
        Assert.Equal([new SampleRange(3, 15)], page.Uncommitted);
    }

    [Fact]
    public async Task ReadAsync_AColumnThatWasNotAskedFor_IsRefused()
    {
        var page = await JobSamples.ReadAsync(_store, "job", TestShards.Plan, [ShardColumns.Id], 0, 8, Cancel);

        Assert.Equal(("first", null), (page.Committed[0].ValueOf(ShardColumns.Id, 1), page.Committed[0].ValueOf(ShardColumns.Id, 2)));
        Assert.StartsWith("The column prompt was not read.", Assert.Throws<ArgumentException>(() => page.Committed[0].Values(ShardColumns.Prompt)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(0, 21)]
    [InlineData(21, 0)]
    [InlineData(long.MaxValue, 1)]
    public async Task ReadAsync_SamplesThatTheJobDoesNotHave_AreRefused(long first, int count) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => JobSamples.ReadAsync(_store, "job", TestShards.Plan, ShardColumns.Listing, first, count, Cancel));

    [Theory]
    [InlineData(-1)]
    [InlineData(20)]
    [InlineData(long.MaxValue)]
    public async Task ReadImageAsync_ASampleThatTheJobDoesNotHave_IsRefused(long sample) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => JobSamples.ReadImageAsync(_store, "job", TestShards.Plan, sample, Cancel));

    [Fact]
    public async Task ReadImageAsync_OfEachSample_GivesItsImageOrNothing()
    {
        for (var sample = 0; sample < 20; sample++)
        {
            var image = await JobSamples.ReadImageAsync(_store, "job", TestShards.Plan, sample, Cancel);
            // Samples 3 and 13 failed; the second shard is not committed.
            Assert.Equal(sample is 3 or (>= 8 and < 16), image is null);
            if (image is null) continue;
            Assert.Equal(ImageFormats.Png, image.Format);
            Assert.Equal(ImageEncoder.Encode(TestShards.Sample(sample).Image!, ImageFormats.Png, 95), image.Content);
        }
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(0, 0)]
    [InlineData(0, -5)]
    [InlineData(0, (64 << 20) + 1)]
    [InlineData(1 << 20, 10)]
    [InlineData(long.MaxValue, 10)]
    public async Task ReadImageAsync_APlaceThatTheTarDoesNotHave_IsRefusedBeforeAnythingIsAllocated(long offset, long bytes)
    {
        var stats = (await JobFiles.ReadStatsAsync(_store, "job", 0, Cancel))!;

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => ShardReader.ReadImageAsync(_store, "job", stats, offset, bytes, Cancel));

        Assert.StartsWith($"job/shards/00000.tar has {stats.TarBytes} bytes; an image of {bytes} bytes at {offset} is not in it", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_StatsOfOtherSamples_AreRefused()
    {
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => JobSamples.ReadAsync(_store, "job", TestShards.Plan with { ShardSize = 7 }, ShardColumns.Listing, 0, 1, Cancel));

        Assert.Equal("job/shards/00000.json has 8 samples from 0; the plan gives the shard 7 from 0", refused.Message);
    }

    [Fact]
    public async Task ReadAsync_ATableOfGarbage_NamesIt()
    {
        await _store.TryCreateAsync("job/shards/00002.parquet", new byte[100], Cancel);

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => JobSamples.ReadAsync(_store, "job", TestShards.Plan, ShardColumns.Listing, 16, 1, Cancel));

        Assert.StartsWith("job/shards/00002.parquet is not the metadata of a shard", refused.Message, StringComparison.Ordinal);
    }
}

namespace Atelier.Dataset.Tests.Stores;

/// <content>Parts of files.</content>
public abstract partial class StoreContract
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 200_000)]
    [InlineData(63_999, 2)]
    [InlineData(199_999, 1)]
    [InlineData(0, 0)]
    [InlineData(200_000, 0)]
    [InlineData(77, 100_000)]
    public async Task ReadRangeAsync_WithinTheFile_GivesTheBytesThatAreThere(int offset, int count)
    {
        var content = Noise(200_000);
        await Store.TryCreateAsync("job/a", content, Cancel);

        Assert.Equal(content[offset..(offset + count)], await Store.ReadRangeAsync("job/a", offset, count, Cancel));
    }

    [Theory]
    [InlineData(0, 11)]
    [InlineData(9, 2)]
    [InlineData(10, 1)]
    [InlineData(11, 0)]
    [InlineData(5_000_000_000, 1)]
    [InlineData(0, int.MaxValue)]
    public async Task ReadRangeAsync_PastTheEnd_NamesTheFileAndWhereTheRangeEnds(long offset, int count)
    {
        await Store.TryCreateAsync("job/a", "0123456789"u8.ToArray(), Cancel);

        var refused = await Assert.ThrowsAsync<EndOfStreamException>(() => Store.ReadRangeAsync("job/a", offset, count, Cancel));

        Assert.Equal($"'job/a' ends before byte {offset + count}, where the {count} bytes that were asked for end", refused.Message);
    }

    [Fact]
    public async Task ReadRangeAsync_OfAnEmptyFile_GivesNothingOrIsPastTheEnd()
    {
        await Store.TryCreateAsync("job/empty", default, Cancel);

        Assert.Empty((await Store.ReadRangeAsync("job/empty", 0, 0, Cancel))!);
        await Assert.ThrowsAsync<EndOfStreamException>(() => Store.ReadRangeAsync("job/empty", 0, 1, Cancel));
    }

    [Fact]
    public async Task ReadRangeAsync_NoSuchFile_IsNull()
    {
        await Store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel);

        Assert.Null(await Store.ReadRangeAsync("job/b", 0, 1, Cancel));
        Assert.Null(await Store.ReadRangeAsync("job/b", 5, 0, Cancel));
        Assert.Null(await Store.ReadRangeAsync("job", 0, 1, Cancel));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(long.MaxValue, 1)]
    public async Task ReadRangeAsync_NoRangeOfAnyFile_IsRefused(long offset, int count) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ReadRangeAsync("job/a", offset, count, Cancel));
}

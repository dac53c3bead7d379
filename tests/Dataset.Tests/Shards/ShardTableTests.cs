using Atelier.Dataset.Shards;

namespace Atelier.Dataset.Tests.Shards;

public sealed class ShardTableTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_RowsWithTheLongestTexts_GivesThemBack()
    {
        var rows = new[] { Row(new string('a', 1 << 20), new string('b', 1 << 20)), Row(new string('y', 1 << 20), new string('z', 1 << 20)) };
        using var table = new MemoryStream();
        await ShardTable.WriteAsync(table, rows, Cancel);

        Assert.Equal(rows, await ShardTable.ReadAsync(table, 2, Cancel));
    }

    [Fact]
    public async Task ReadAsync_OfAnyBeginningOfAFile_IsRefusedOrEnds()
    {
        using var table = new MemoryStream();
        await ShardTable.WriteAsync(table, [Row("a", "")], Cancel);
        var content = table.ToArray();
        for (var length = 0; length < content.Length; length += 7)
            await Assert.ThrowsAsync<InvalidDataException>(() => ShardTable.ReadAsync(new MemoryStream(content, 0, length), 1, Cancel));
    }

    [Fact]
    public async Task ReadAsync_WithAnyByteOfItChanged_Ends()
    {
        using var table = new MemoryStream();
        await ShardTable.WriteAsync(table, [Row("a", ""), Row("b", "c")], Cancel);
        var content = table.ToArray();
        for (var at = 0; at < content.Length; at += 3)
        {
            var changed = content.ToArray();
            changed[at] ^= 0xFF;
            try
            {
                Assert.Equal(2, (await ShardTable.ReadAsync(new MemoryStream(changed), 2, Cancel)).Count);
            }
            catch (InvalidDataException)
            {
                // Which it is, depends on the byte.
            }
        }
    }

    private static ShardRow Row(string prompt, string negativePrompt) => new()
    {
        Key = "000000000",
        Id = new string('i', 1024),
        Prompt = prompt,
        Row = 0,
        Image = 0,
        Seed = ulong.MaxValue,
        RowSeed = 7,
        GuidanceScale = 3,
        NegativePrompt = negativePrompt,
        Label = null,
        Class = null,
        ClassifierScale = 0,
        InputSha256 = null,
        Sampler = "ddim",
        Steps = 1,
        Eta = 0,
        Model = "shapes",
        ModelDigest = new string('a', 64),
        Format = "png",
        Tokens = 1,
        Truncated = true,
        Status = "failed",
        ErrorCode = "x",
        ErrorMessage = "y",
        Width = null,
        Height = null,
        Bytes = null,
        ImageOffset = null,
        PixelSha256 = null,
    };
}

using Atelier.Dataset.Shards;
using Parquet;

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

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(2500)]
    public async Task ReadAsync_RowsOfSomeGroups_GivesThemBackInOrder(int count)
    {
        using var table = await WriteAsync(count);
        await using var reader = await ParquetReader.CreateAsync(table, leaveStreamOpen: true, cancellationToken: Cancel);

        Assert.Equal(Rows(count), await ShardTable.ReadAsync(table, count, Cancel));
        Assert.Equal(Enumerable.Range(0, count).Chunk(1000).Select(group => (long)group.Length), reader.RowGroups.Select(group => group.RowCount));
    }

    [Theory]
    [InlineData(0, 2500)]
    [InlineData(0, 0)]
    [InlineData(2500, 0)]
    [InlineData(999, 2)]
    [InlineData(1000, 1000)]
    [InlineData(700, 1500)]
    [InlineData(2499, 1)]
    public async Task ReadColumnsAsync_RangeOfRows_GivesTheirValuesOfTheColumnsAskedFor(int from, int count)
    {
        using var table = await WriteAsync(2500);

        var values = await ShardTable.ReadColumnsAsync(table, 2500, [ShardColumns.Prompt, ShardColumns.Row, ShardColumns.Width, ShardColumns.Row], from, count, Cancel);

        var expected = Rows(2500).Skip(from).Take(count).ToList();
        Assert.Equal(["prompt", "row", "width"], values.Keys.Select(column => column.Name));
        Assert.Equal(expected.Select(row => row.Prompt), (string[])values[ShardColumns.Prompt]);
        Assert.Equal(expected.Select(row => row.Row), (long[])values[ShardColumns.Row]);
        Assert.Equal(expected.Select(row => row.Width), (int?[])values[ShardColumns.Width]);
    }

    [Fact]
    public async Task ReadColumnsAsync_TheListingOfAFewRows_ReadsTheirColumnChunksAndNoOthers()
    {
        using var table = await WriteAsync(5000);
        var content = table.ToArray();
        await using var reader = await ParquetReader.CreateAsync(table, leaveStreamOpen: true, cancellationToken: Cancel);
        var chunks = reader.Metadata!.RowGroups[2].Columns.Take(ShardColumns.Listing.Count).Select(chunk => chunk.MetaData!).ToList();
        var begin = chunks.Min(chunk => Math.Min(chunk.DataPageOffset, chunk.DictionaryPageOffset ?? long.MaxValue));
        var end = begin + chunks.Sum(chunk => chunk.TotalCompressedSize);
        var description = content.Length - 8 - BitConverter.ToInt32(content, content.Length - 8);
        using var read = new ReadRecorder(content);

        await ShardTable.ReadColumnsAsync(read, 5000, ShardColumns.Listing, 2100, 50, Cancel);

        Assert.Equal(13, ShardColumns.Listing.Count);
        // The first four bytes are the file's mark.
        Assert.All(read.Reads, part => Assert.True((part.From >= begin && part.To <= end) || part.From >= description || part.To <= 4, $"{part}; {begin}, {end}, {description}"));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(999, 1001)]
    [InlineData(1000, 0, 4)]
    public async Task ReadAsync_GroupsOfOtherSizes_AreRefused(params int[] sizes)
    {
        using var table = new MemoryStream();
        await using (var writer = await ParquetWriter.CreateAsync(ShardColumns.Schema, table, cancellationToken: Cancel))
        {
            foreach (var size in sizes)
            {
                using var group = writer.CreateRowGroup();
                foreach (var column in ShardColumns.All) await column.WriteAsync(group, Rows(size), Cancel);
            }
        }

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => ShardTable.ReadAsync(table, sizes.Sum(), Cancel));

        Assert.Equal("has groups of rows that are not of 1000 each, and the rest in the last", refused.Message);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(int.MaxValue)]
    public async Task ReadColumnsAsync_AnotherNumberOfRowsThanTheStats_IsRefusedBeforeAnythingIsAllocated(int rows)
    {
        using var table = await WriteAsync(8);

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => ShardTable.ReadColumnsAsync(table, rows, ShardColumns.All, 0, rows, Cancel));

        Assert.Equal($"has 8 rows; its stats record {rows}", refused.Message);
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

    private static async Task<MemoryStream> WriteAsync(int rows)
    {
        var table = new MemoryStream();
        await ShardTable.WriteAsync(table, Rows(rows), Cancel);
        return table;
    }

    private static List<ShardRow> Rows(int count) =>
        [.. Enumerable.Range(0, count).Select(index => Row($"prompt {index * 7919 % 1009}", "") with { Row = index, Width = index % 3 == 0 ? null : index, Truncated = index % 2 == 0 })];

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

using System.Text;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Stores;

/// <summary>What every store must do; one derived class for each kind of store runs it.</summary>
public abstract partial class StoreContract
{
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract IStore Store { get; }

    [Fact]
    public async Task TryCreateAsync_NewPath_MakesTheFileWithItsContent()
    {
        Assert.True(await Store.TryCreateAsync("job/shards/00000.json", "{}"u8.ToArray(), Cancel));

        Assert.Equal("{}"u8.ToArray(), await Store.ReadAsync("job/shards/00000.json", Cancel));
    }

    [Fact]
    public async Task TryCreateAsync_TakenPath_LeavesTheFirstContent()
    {
        await Store.TryCreateAsync("job/a", "first"u8.ToArray(), Cancel);

        Assert.False(await Store.TryCreateAsync("job/a", "second"u8.ToArray(), Cancel));
        Assert.Equal("first"u8.ToArray(), await Store.ReadAsync("job/a", Cancel));
    }

    [Fact]
    public async Task TryCreateAsync_NoContent_MakesAnEmptyFile()
    {
        Assert.True(await Store.TryCreateAsync("job/empty", ReadOnlyMemory<byte>.Empty, Cancel));

        Assert.Empty((await Store.ReadAsync("job/empty", Cancel))!);
        Assert.Equal([new StoreEntry("job/empty", 0)], await ListAsync("job/"));
    }

    [Fact]
    public async Task TryCreateAsync_PathOfOneSegment_MakesTheFile()
    {
        Assert.True(await Store.TryCreateAsync("top", "x"u8.ToArray(), Cancel));

        Assert.Equal([new StoreEntry("top", 1)], await ListAsync(""));
    }

    [Fact]
    public async Task TryCreateAsync_CalledWithBytesThatChangeLater_KeepsTheBytesItWasGiven()
    {
        var content = "before"u8.ToArray();
        await Store.TryCreateAsync("job/a", content, Cancel);
        content[0] = (byte)'X';
        (await Store.ReadAsync("job/a", Cancel))![1] = (byte)'Y';

        Assert.Equal("before"u8.ToArray(), await Store.ReadAsync("job/a", Cancel));
    }

    [Fact]
    public async Task TryCreateAsync_Cancelled_MakesNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.TryCreateAsync("job/a", "x"u8.ToArray(), new(canceled: true)));

        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task OpenWriterAsync_Completed_MakesTheFileWithEverythingWritten()
    {
        await using var writer = await Store.OpenWriterAsync("job/attempts/big", Cancel);
        for (var part = 0; part < 100; part++)
            await writer.Stream.WriteAsync(ContentOf(part), Cancel);
        Assert.Empty(await ListAsync(""));

        Assert.True(await writer.CompleteAsync(Cancel));

        Assert.Equal(Enumerable.Range(0, 100).SelectMany(ContentOf).ToArray(), await Store.ReadAsync("job/attempts/big", Cancel));
        Assert.Equal([new StoreEntry("job/attempts/big", 100 * ContentOf(0).Length)], await ListAsync(""));
    }

    [Fact]
    public async Task OpenWriterAsync_DisposedWithoutCompleting_LeavesNothing()
    {
        await using (var writer = await Store.OpenWriterAsync("job/attempts/big", Cancel))
            await writer.Stream.WriteAsync(ContentOf(1), Cancel);

        Assert.Null(await Store.ReadAsync("job/attempts/big", Cancel));
        Assert.Empty(await ListAsync(""));
    }

    [Fact]
    public async Task OpenWriterAsync_TakenPath_CompletingSaysSoAndLeavesTheFirstContent()
    {
        await Store.TryCreateAsync("job/a", "first"u8.ToArray(), Cancel);
        await using (var writer = await Store.OpenWriterAsync("job/a", Cancel))
        {
            await writer.Stream.WriteAsync(ContentOf(1), Cancel);
            Assert.False(await writer.CompleteAsync(Cancel));
        }

        Assert.Equal("first"u8.ToArray(), await Store.ReadAsync("job/a", Cancel));
    }

    [Fact]
    public async Task ReadAsync_NoSuchFile_IsNull()
    {
        await Store.TryCreateAsync("job/shards/a", "x"u8.ToArray(), Cancel);

        Assert.Null(await Store.ReadAsync("job/shards/b", Cancel));
        Assert.Null(await Store.ReadAsync("other/shards/a", Cancel));
        Assert.Null(await Store.ReadAsync("job/shards", Cancel));
        Assert.Null(await Store.OpenReadAsync("job/shards/b", Cancel));
        Assert.Null(await Store.OpenReadAsync("job", Cancel));
    }

    [Fact]
    public async Task OpenReadAsync_File_IsASeekableStreamOfItsContent()
    {
        await Store.TryCreateAsync("job/a", "0123456789"u8.ToArray(), Cancel);

        await using var stream = await Store.OpenReadAsync("job/a", Cancel);

        Assert.NotNull(stream);
        Assert.True(stream.CanSeek);
        Assert.False(stream.CanWrite);
        Assert.Equal(10, stream.Length);
        stream.Position = 7;
        using var reader = new StreamReader(stream, leaveOpen: true);
        Assert.Equal("789", await reader.ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task ListAsync_Prefix_GivesTheFilesWhosePathsBeginWithItInOrdinalOrder()
    {
        foreach (var path in new[] { "b/x", "a/shards/00001.tar", "a/shards/00000.json", "a/shards-old/1", "a/shards.txt", "a/Z", "a/é", "ab" })
            await Store.TryCreateAsync(path, "x"u8.ToArray(), Cancel);

        Assert.Equal(
            ["a/Z", "a/shards-old/1", "a/shards.txt", "a/shards/00000.json", "a/shards/00001.tar", "a/é", "ab", "b/x"],
            await PathsAsync(""));
        Assert.Equal(["a/shards/00000.json", "a/shards/00001.tar"], await PathsAsync("a/shards/"));
        Assert.Equal(["a/shards-old/1", "a/shards.txt", "a/shards/00000.json", "a/shards/00001.tar"], await PathsAsync("a/shards"));
        Assert.Equal(["a/shards/00000.json"], await PathsAsync("a/shards/00000."));
        Assert.Equal(["a/shards.txt"], await PathsAsync("a/shards.txt"));
        Assert.Equal(["ab"], await PathsAsync("ab"));
        Assert.Empty(await PathsAsync("c/"));
        Assert.Empty(await PathsAsync("a/shards.txt/"));
        Assert.Empty(await PathsAsync("A/"));
    }

    [Fact]
    public async Task TryPromoteAsync_FreeName_GivesTheBytesASecondName()
    {
        await Store.TryCreateAsync("job/attempts/1", "bytes"u8.ToArray(), Cancel);

        Assert.True(await Store.TryPromoteAsync("job/attempts/1", "job/shards/1", Cancel));

        Assert.Equal("bytes"u8.ToArray(), await Store.ReadAsync("job/attempts/1", Cancel));
        Assert.Equal("bytes"u8.ToArray(), await Store.ReadAsync("job/shards/1", Cancel));
        await Store.DeleteAsync("job/attempts/1", Cancel);
        Assert.Equal([new StoreEntry("job/shards/1", 5)], await ListAsync(""));
        Assert.Equal("bytes"u8.ToArray(), await Store.ReadAsync("job/shards/1", Cancel));
    }

    [Fact]
    public async Task TryPromoteAsync_TakenName_LeavesItsContent()
    {
        await Store.TryCreateAsync("job/attempts/1", "late"u8.ToArray(), Cancel);
        await Store.TryCreateAsync("job/shards/1", "early"u8.ToArray(), Cancel);

        Assert.False(await Store.TryPromoteAsync("job/attempts/1", "job/shards/1", Cancel));
        Assert.False(await Store.TryPromoteAsync("job/attempts/gone", "job/shards/1", Cancel));

        Assert.Equal("early"u8.ToArray(), await Store.ReadAsync("job/shards/1", Cancel));
    }

    [Fact]
    public async Task TryPromoteAsync_NeitherName_Throws()
    {
        var exception = await Assert.ThrowsAsync<FileNotFoundException>(() => Store.TryPromoteAsync("job/attempts/1", "job/shards/1", Cancel));

        Assert.Equal("The store has neither 'job/attempts/1' nor 'job/shards/1'.", exception.Message);
    }

    [Fact]
    public async Task DeleteAsync_Twice_RemovesTheFileAndItsNameIsFreeAgain()
    {
        await Store.TryCreateAsync("job/a", "first"u8.ToArray(), Cancel);

        await Store.DeleteAsync("job/a", Cancel);
        await Store.DeleteAsync("job/a", Cancel);
        await Store.DeleteAsync("no/such/file", Cancel);

        Assert.Null(await Store.ReadAsync("job/a", Cancel));
        Assert.True(await Store.TryCreateAsync("job/a", "second"u8.ToArray(), Cancel));
        Assert.Equal("second"u8.ToArray(), await Store.ReadAsync("job/a", Cancel));
    }

    [Fact]
    public async Task CleanTemporaryFilesAsync_NothingLeftOver_Succeeds()
    {
        await Store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel);

        await Store.CleanTemporaryFilesAsync("job", Cancel);
        await Store.CleanTemporaryFilesAsync("no-such-job", Cancel);

        Assert.Equal([new StoreEntry("job/a", 1)], await ListAsync(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("../outside")]
    [InlineData("job/../../outside")]
    [InlineData("job/.")]
    [InlineData("./job")]
    [InlineData("job//a")]
    [InlineData("job/")]
    [InlineData("job\\a")]
    [InlineData("..\\outside")]
    [InlineData("C:/windows")]
    [InlineData("job/a\0b")]
    [InlineData("job/a\nb")]
    [InlineData("job/.tmp/a")]
    [InlineData(".tmp")]
    [InlineData("job/a.")]
    [InlineData("job/a ")]
    [InlineData("job/...")]
    public async Task EveryMethod_HostilePath_Throws(string path)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.TryCreateAsync(path, "x"u8.ToArray(), Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenWriterAsync(path, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ReadAsync(path, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ReadRangeAsync(path, 0, 1, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenReadAsync(path, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.TryPromoteAsync(path, "job/a", Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.TryPromoteAsync("job/a", path, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync(path, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.CleanTemporaryFilesAsync(path, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.RemoveEmptyFoldersAsync(path, Cancel));
        Assert.Empty(await ListAsync(""));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("../")]
    [InlineData("..")]
    [InlineData("job/..")]
    [InlineData("job/../x")]
    [InlineData("job//")]
    [InlineData("job/.tmp")]
    [InlineData("job/.tmp/x")]
    [InlineData("job\\")]
    public void ListAsync_HostilePrefix_Throws(string prefix) => Assert.Throws<ArgumentException>(() => Store.ListAsync(prefix, Cancel));

    /// <summary>4,000 bytes that name their writer, so that a mixture would show.</summary>
    protected static byte[] ContentOf(int racer) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"{racer:D4}", 1000)));

    protected async Task<List<StoreEntry>> ListAsync(string prefix)
    {
        var entries = new List<StoreEntry>();
        await foreach (var entry in Store.ListAsync(prefix, Cancel))
            entries.Add(entry);
        return entries;
    }

    private async Task<string[]> PathsAsync(string prefix) => [.. (await ListAsync(prefix)).Select(entry => entry.Path)];
}

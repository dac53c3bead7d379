using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Stores;

/// <content>Files and listings of every size, and calls that are cancelled.</content>
public abstract partial class StoreContract
{
    // Divisible by no size of block, page or buffer.
    private const int LargeBytes = 5_000_011;

    [Fact]
    public async Task TryCreateAsync_LargeContent_IsReadBackWhole()
    {
        var content = Noise(LargeBytes);

        Assert.True(await Store.TryCreateAsync("job/large", content, Cancel));
        Assert.False(await Store.TryCreateAsync("job/large", content, Cancel));

        Assert.Equal(content, await Store.ReadAsync("job/large", Cancel));
        Assert.Equal([new StoreEntry("job/large", LargeBytes)], await ListAsync("job/"));
    }

    [Fact]
    public async Task OpenWriterAsync_LargeContentInPiecesOfAllSizes_IsPromotedAndReadBackWhole()
    {
        var content = Noise(LargeBytes);
        await using (var writer = await Store.OpenWriterAsync("job/attempts/large", Cancel))
        {
            for (var (start, piece) = (0, 1); start < content.Length; (start, piece) = (start + piece, piece * 3))
                await writer.Stream.WriteAsync(content.AsMemory(start, Math.Min(piece, content.Length - start)), Cancel);
            Assert.True(await writer.CompleteAsync(Cancel));
        }

        Assert.True(await Store.TryPromoteAsync("job/attempts/large", "job/shards/large", Cancel));
        await Store.DeleteAsync("job/attempts/large", Cancel);

        await using var stream = (await Store.OpenReadAsync("job/shards/large", Cancel))!;
        Assert.Equal(LargeBytes, stream.Length);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancel);
        Assert.Equal(content, copy.ToArray());
    }

    [Fact]
    public async Task OpenWriterAsync_WrittenSynchronously_MakesTheFile()
    {
        var content = Noise(300_000);
        await using var writer = await Store.OpenWriterAsync("job/a", Cancel);
        WriteSynchronously(writer.Stream, content);
        Assert.True(await writer.CompleteAsync(Cancel));

        Assert.Equal(content, await Store.ReadAsync("job/a", Cancel));
    }

    [Fact]
    public async Task OpenReadAsync_ReadAtRandomPlaces_GivesTheBytesThatAreThere()
    {
        var content = Noise(300_000);
        await Store.TryCreateAsync("job/a", content, Cancel);
        await using var stream = (await Store.OpenReadAsync("job/a", Cancel))!;
        var random = new Random(2);

        for (var read = 0; read < 100; read++)
        {
            var start = random.Next(content.Length);
            var piece = new byte[random.Next(1, Math.Min(30_000, content.Length - start) + 1)];
            stream.Seek(start - (read % 2 == 0 ? 0 : stream.Position), read % 2 == 0 ? SeekOrigin.Begin : SeekOrigin.Current);
            if (read % 3 == 0)
                ReadSynchronously(stream, piece);
            else
                await stream.ReadExactlyAsync(piece, Cancel);
            Assert.Equal(content[start..(start + piece.Length)], piece);
        }

        stream.Position = stream.Length + 10;
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancel));
    }

    [Fact]
    public async Task EmptyFile_WrittenPromotedAndOpened_IsEmpty()
    {
        await using (var writer = await Store.OpenWriterAsync("job/attempts/empty", Cancel))
            Assert.True(await writer.CompleteAsync(Cancel));

        Assert.True(await Store.TryPromoteAsync("job/attempts/empty", "job/shards/empty", Cancel));
        Assert.False(await Store.TryPromoteAsync("job/attempts/empty", "job/shards/empty", Cancel));

        Assert.Equal([new StoreEntry("job/attempts/empty", 0), new StoreEntry("job/shards/empty", 0)], await ListAsync(""));
        await using var stream = (await Store.OpenReadAsync("job/shards/empty", Cancel))!;
        Assert.Equal(0, stream.Length);
        Assert.Equal(-1, stream.ReadByte());
    }

    [Fact]
    public async Task ListAsync_ThreeThousandNames_GivesEachOnceAndInOrder()
    {
        var paths = Enumerable.Range(0, 3_000).Select(number => $"job/shards/{number:D5}.json").ToArray();
        await Parallel.ForEachAsync(
            paths, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancel },
            async (path, cancel) => Assert.True(await Store.TryCreateAsync(path, "{}"u8.ToArray(), cancel)));
        await Store.TryCreateAsync("job/summary.json", "{}"u8.ToArray(), Cancel);

        Assert.Equal(paths, await PathsAsync("job/shards/"));
        Assert.Equal(paths[2_000..], await PathsAsync("job/shards/02"));
        Assert.Equal(3_001, (await ListAsync("")).Count);
    }

    [Fact]
    public async Task EveryMethod_Cancelled_SaysSoAndChangesNothing()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Store.TryCreateAsync("job/a", "x"u8.ToArray(), Cancel);
        await using (var writer = await Store.OpenWriterAsync("job/b", Cancel))
        {
            await writer.Stream.WriteAsync(ContentOf(1), Cancel);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.CompleteAsync(cancelled));
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.OpenWriterAsync("job/b", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.TryPromoteAsync("job/a", "job/b", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.DeleteAsync("job/a", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ReadAsync("job/a", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ReadRangeAsync("job/a", 0, 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.OpenReadAsync("job/a", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ListAsync("", cancelled).ToArrayAsync(Cancel).AsTask());

        Assert.Equal([new StoreEntry("job/a", 1)], await ListAsync(""));
    }

    [Fact]
    public async Task ListAsync_CancelledOnTheWay_EndsThere()
    {
        for (var number = 0; number < 5; number++)
            await Store.TryCreateAsync($"job/{number}", "x"u8.ToArray(), Cancel);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var seen = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Store.ListAsync("job/", cancel.Token))
            {
                if (++seen == 2)
                    await cancel.CancelAsync();
            }
        });

        Assert.Equal(2, seen);
    }

    private static byte[] Noise(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        return content;
    }

    private static void WriteSynchronously(Stream stream, byte[] content)
    {
        stream.Write(content, 0, 100);
        stream.Write(content.AsSpan(100));
    }

    private static void ReadSynchronously(Stream stream, byte[] piece) => stream.ReadExactly(piece);
}

using System.Text;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Shards;

/// <summary>Tar files that no worker wrote, under the name of a shard's.</summary>
public sealed class ShardReaderTests
{
    private const int LengthAt = 124;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[]> Lengths => new()
    {
        { "more than an image may have", Encoding.ASCII.GetBytes("17777777777\0") },
        { "more than there is", Encoding.ASCII.GetBytes("00077777777\0") },
        { "no number", Encoding.ASCII.GetBytes("zzzzzzzzzzz\0") },
        { "below 0, in base 256", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01] },
        { "beyond any number, in base 256", [0x80, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] },
    };

    [Theory]
    [MemberData(nameof(Lengths))]
    public async Task ReadImagesAsync_LengthThatNoFileHas_IsRefusedBeforeItIsReserved(string kind, byte[] length)
    {
        // In memory, so that this thread does all the work, and its memory is measured.
        var store = new MemoryStore();
        var stats = await TestShards.WriteAsync(store, TestShards.Attempt(0), Cancel);
        var path = JobPaths.AttemptTar("job", stats.Shard, stats.Attempt);
        var tar = (await store.ReadAsync(path, Cancel))!;
        length.CopyTo(tar, LengthAt);
        SumUp(tar);
        await store.DeleteAsync(path, Cancel);
        await store.TryCreateAsync(path, tar, Cancel);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = await Record.ExceptionAsync(() => CountAsync(store, stats));

        Assert.True(refused is InvalidDataException or EndOfStreamException, $"{kind}: {refused}");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 << 20, kind);
    }

    private static async Task<int> CountAsync(IStore store, ShardStats stats) => await ShardReader.ReadImagesAsync(store, "job", stats, Cancel).CountAsync(Cancel);

    // The header's checksum, in which its own field counts as blanks.
    private static void SumUp(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var value in header[..512]) sum += value;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header.Slice(148, 8));
    }
}

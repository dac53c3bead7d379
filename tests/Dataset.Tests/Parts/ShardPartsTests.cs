using Atelier.Dataset.Attempts;
using Atelier.Dataset.Parts;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Shards;

namespace Atelier.Dataset.Tests.Parts;

public sealed class ShardPartsTests
{
    private const int Size = 2;

    private static readonly PartSample[] Batch =
    [
        new(8, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 254, 255], null, null, 7, Truncated: true),
        new(9, null, "non_finite", "the network's output was not finite", 0, Truncated: false),
    ];

    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_InALaterAttempt_GivesEverythingThatWasKept()
    {
        await KeepAsync(TestShards.Attempt(1));

        var parts = await FindAsync(TestShards.Attempt(1));

        Assert.True(parts.Any);
        Assert.True(parts.Has(3));
        Assert.False(parts.Has(2));
        AssertBatch(await parts.ReadAsync(3, [8, 9], Size * Size, Cancel));
        Assert.Null(await parts.ReadAsync(2, [8, 9], Size * Size, Cancel));
    }

    [Fact]
    public async Task ReadAsync_AnotherJobNumericsClassOrShard_GivesNothing()
    {
        var attempt = TestShards.Attempt(1);
        await KeepAsync(attempt);

        foreach (var other in new[] { attempt with { Incarnation = Guid.NewGuid() }, attempt with { NumericsClass = "cuda" }, attempt with { Shard = 0 } })
            Assert.Null(await (await FindAsync(other)).ReadAsync(3, [8, 9], Size * Size, Cancel));
    }

    [Fact]
    public async Task ReadAsync_APartUnderTheNameOfAnother_GivesNothing()
    {
        // Whole, and under a name that promises the right batch; only what it holds tells.
        var attempt = TestShards.Attempt(1);
        await KeepAsync(attempt with { NumericsClass = "cuda" });
        var foreign = await _store.ReadAsync((await PathsAsync()).Single(), Cancel);
        await KeepAsync(attempt);
        var own = (await PathsAsync()).Single(path => path.Contains(Binding(attempt), StringComparison.Ordinal));
        await _store.DeleteAsync(own, Cancel);
        await _store.TryCreateAsync(own, foreign, Cancel);

        var parts = await FindAsync(attempt);

        Assert.True(parts.Has(3));
        Assert.Null(await parts.ReadAsync(3, [8, 9], Size * Size, Cancel));
    }

    [Fact]
    public async Task ReadAsync_OtherSamplesOrAnotherImageSize_GivesNothing()
    {
        await KeepAsync(TestShards.Attempt(1));
        var parts = await FindAsync(TestShards.Attempt(1));

        Assert.Null(await parts.ReadAsync(3, [8, 10], Size * Size, Cancel));
        Assert.Null(await parts.ReadAsync(3, [8], Size * Size, Cancel));
        Assert.Null(await parts.ReadAsync(3, [8, 9], (Size + 1) * (Size + 1), Cancel));
    }

    [Fact]
    public async Task ReadAsync_AnyByteChangedOrAnyCut_GivesNothingUntilAnotherAttemptKeepsIt()
    {
        await KeepAsync(TestShards.Attempt(1));
        var path = (await PathsAsync()).Single();
        var whole = (await _store.ReadAsync(path, Cancel))!;
        for (var i = 0; i < whole.Length; i++)
        {
            var changed = (byte[])whole.Clone();
            changed[i] ^= 1;
            foreach (var damaged in new[] { changed, whole[..i] })
            {
                await _store.DeleteAsync(path, Cancel);
                await _store.TryCreateAsync(path, damaged, Cancel);
                Assert.Null(await (await FindAsync(TestShards.Attempt(1))).ReadAsync(3, [8, 9], Size * Size, Cancel));
            }
        }

        await KeepAsync(TestShards.Attempt(1));

        Assert.Equal(2, (await PathsAsync()).Count);
        AssertBatch(await (await FindAsync(TestShards.Attempt(1))).ReadAsync(3, [8, 9], Size * Size, Cancel));
    }

    [Fact]
    public async Task RemoveAsync_OneShard_LeavesTheOthers()
    {
        await KeepAsync(TestShards.Attempt(1));
        await KeepAsync(TestShards.Attempt(2));

        await ShardParts.RemoveAsync(_store, "job", 1, Cancel);

        Assert.StartsWith("job/parts/00002/00003-", (await PathsAsync()).Single(), StringComparison.Ordinal);
    }

    private static void AssertBatch(IReadOnlyList<PartSample>? part)
    {
        Assert.NotNull(part);
        Assert.Equal(Batch.Select(sample => sample with { Rgb = null }), part.Select(sample => sample with { Rgb = null }));
        Assert.Equal(Batch.Select(sample => sample.Rgb), part.Select(sample => sample.Rgb));
    }

    private static string Binding(ShardAttempt attempt) => new PartKey(attempt.Incarnation, attempt.NumericsClass, attempt.Shard, 3).Binding;

    private Task KeepAsync(ShardAttempt attempt) => new ShardParts(_store, attempt).KeepAsync(3, Batch, Cancel);

    private async Task<ShardParts> FindAsync(ShardAttempt attempt)
    {
        var parts = new ShardParts(_store, attempt);
        await parts.FindAsync(Cancel);
        return parts;
    }

    private async Task<List<string>> PathsAsync() => await _store.ListAsync("job/parts/", Cancel).Select(entry => entry.Path).ToListAsync(Cancel);
}

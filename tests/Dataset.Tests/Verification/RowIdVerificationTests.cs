using Atelier.Dataset.Jobs;
using Atelier.Dataset.RowIds;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Verification;

namespace Atelier.Dataset.Tests.Verification;

/// <summary>A finished job with an index of its ids, of which it has one.</summary>
public sealed class RowIdVerificationTests(FinishedJob finished) : IClassFixture<FinishedJob>
{
    private static readonly string Cat = JobPaths.RowIds("job", RowIdEntry.BucketOf(RowIdEntry.HashOf("cat")));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task VerifyAsync_AnIndexThatTheRowsMake_FindsNothing_NorWhereItIsStillBeingMade()
    {
        var store = await IndexedAsync();
        Assert.Empty(await ProblemsAsync(store));

        await store.DeleteAsync("job/ids/index.json", Cancel);
        Assert.Empty(await ProblemsAsync(store));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(23)]
    public async Task VerifyAsync_AnotherHashOrRow_IsNamed(int at)
    {
        var store = await IndexedAsync();
        var content = (await store.ReadAsync(Cat, Cancel))!;
        content[at] ^= 1;
        await ReplaceAsync(store, Cat, content);

        Assert.Equal([new JobProblem(Cat, $"differs from byte {at} on from the index that the job's rows make")], await ProblemsAsync(store));
    }

    [Fact]
    public async Task VerifyAsync_AnotherCount_IsNamed()
    {
        var store = await IndexedAsync();
        await ReplaceAsync(store, "job/ids/index.json", "{\n  \"rows\": 10,\n  \"ids\": 2\n}\n"u8.ToArray());

        Assert.Equal([new JobProblem("job/ids/index.json", "differs from byte 25 on from the index that the job's rows make")], await ProblemsAsync(store));
    }

    [Fact]
    public async Task VerifyAsync_AFileLess_IsNamed()
    {
        var store = await IndexedAsync();
        await store.DeleteAsync(Cat, Cancel);

        Assert.Equal([new JobProblem(Cat, "is missing from a complete index of row ids")], await ProblemsAsync(store));
    }

    [Theory]
    [InlineData("job/ids/00.bin", "differs from byte 0 on from the index that the job's rows make")]
    [InlineData("job/ids/0.bin", "is not a file of the job")]
    [InlineData("job/ids/100.bin", "is not a file of the job")]
    public async Task VerifyAsync_AFileMore_IsNamed(string path, string what)
    {
        var store = await IndexedAsync();
        await store.TryCreateAsync(path, new byte[24], Cancel);

        Assert.Equal([new JobProblem(path, what)], await ProblemsAsync(store));
    }

    private async Task<MemoryStore> IndexedAsync()
    {
        var store = await finished.Edit().ToStoreAsync(Cancel);
        await RowIdIndex.BuildAsync(store, "job", FinishedJob.Plan, Cancel);
        return store;
    }

    private static async Task ReplaceAsync(MemoryStore store, string path, byte[] content)
    {
        await store.DeleteAsync(path, Cancel);
        await store.TryCreateAsync(path, content, Cancel);
    }

    private static async Task<List<JobProblem>> ProblemsAsync(MemoryStore store) =>
        await JobVerification.VerifyAsync(store, "job", FinishedJob.SeedOf, null, Cancel).ToListAsync(Cancel);
}

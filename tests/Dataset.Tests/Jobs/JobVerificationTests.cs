using Atelier.Abstractions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Jobs;

public sealed class JobVerificationTests
{
    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task VerifyAsync_PromotedUnpromotedAndOpenShards_FindsNothing()
    {
        await TestJobs.CommitAsync(_store, Cancel, 0, 1);
        await TestJobs.PromoteAsync(_store, 0, Cancel);
        var seen = (0, 0);

        Assert.Empty(await JobVerification.VerifyAsync(_store, "job", (looked, committed) => seen = (looked, committed), Cancel).ToListAsync(Cancel));

        Assert.Equal((3, 2), seen);
    }

    [Fact]
    public async Task VerifyAsync_FinishedJob_FindsNothing()
    {
        await TestJobs.CommitAsync(_store, Cancel, 0, 1, 2);
        await JobClosing.CloseAsync(_store, "job", Cancel);

        Assert.Empty(await ProblemsAsync());
    }

    [Fact]
    public async Task VerifyAsync_OneChangedByte_NamesTheFile()
    {
        await TestJobs.CommitAsync(_store, Cancel, 0, 1, 2);
        await JobClosing.CloseAsync(_store, "job", Cancel);
        await ChangeAsync("job/shards/00001.tar", content => content[700] ^= 1);
        await ChangeAsync("job/shards/00002.parquet", content => content[40] ^= 1);

        var problems = await ProblemsAsync();

        Assert.Equal(["job/shards/00001.tar", "job/shards/00002.parquet"], problems.Select(problem => problem.Path));
        Assert.All(problems, problem => Assert.Contains("SHA-256", problem.What, StringComparison.Ordinal));
    }

    [Fact]
    public async Task VerifyAsync_MissingFileAndMissingShard_AreNamed()
    {
        await TestJobs.CommitAsync(_store, Cancel, 0, 1, 2);
        await JobClosing.CloseAsync(_store, "job", Cancel);
        await _store.DeleteAsync("job/shards/00000.tar", Cancel);
        await _store.DeleteAsync("job/shards/00001.json", Cancel);

        Assert.Equal(
            [new JobProblem("job/shards/00000.tar", "is missing"), new JobProblem("job/shards/00001.json", "is missing from a finished job")],
            await ProblemsAsync());
    }

    [Fact]
    public async Task VerifyAsync_StatsOfOtherSamples_AreNamed()
    {
        await TestJobs.CommitAsync(_store, Cancel, 0);
        var stats = (await JobFiles.ReadStatsAsync(_store, "job", 0, Cancel))!;
        await _store.DeleteAsync("job/shards/00000.json", Cancel);
        await JobFiles.TryCreateStatsAsync(_store, "job", stats with { Incarnation = Guid.NewGuid(), Samples = 7 }, Cancel);

        var problems = await ProblemsAsync();

        Assert.Contains(problems, problem => problem.What.Contains("another job", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.What.Contains("7 samples from 0; the plan gives the shard 8 from 0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task VerifyAsync_NoJob_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<InvalidInputException>(ProblemsAsync);
        Assert.Contains("there is no job 'job'", refused.Message, StringComparison.Ordinal);
    }

    private async Task<List<JobProblem>> ProblemsAsync() => await JobVerification.VerifyAsync(_store, "job", null, Cancel).ToListAsync(Cancel);

    private async Task ChangeAsync(string path, Action<byte[]> change)
    {
        var content = (await _store.ReadAsync(path, Cancel))!.ToArray();
        change(content);
        await _store.DeleteAsync(path, Cancel);
        await _store.TryCreateAsync(path, content, Cancel);
    }
}

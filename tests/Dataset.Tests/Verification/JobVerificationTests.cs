using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Verification;

namespace Atelier.Dataset.Tests.Verification;

public sealed class JobVerificationTests(FinishedJob finished) : IClassFixture<FinishedJob>
{
    private readonly MemoryStore _store = new();

    public static TheoryData<string> Tamperings { get; } = [.. Tampering.All.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task VerifyAsync_TamperedJob_NamesTheFileAndWhatDiffers(string name)
    {
        var tampering = Tampering.All[name];
        var job = finished.Edit();
        tampering.Change(job, finished);

        var problems = await ProblemsAsync(await job.ToStoreAsync(Cancel));

        var expected = tampering.Problems.Select(problem => ("job/" + problem.Path.Replace("{input}", finished.Input, StringComparison.Ordinal), problem.What)).ToList();
        Assert.All(expected, one => Assert.Contains(problems, problem => problem.Path == one.Item1 && problem.What.Contains(one.What, StringComparison.Ordinal)));
        Assert.Equal(expected.Select(one => one.Item1).Distinct().Order(), problems.Select(problem => problem.Path).Distinct().Order());
        Assert.All(problems, problem => Assert.DoesNotContain('\n', problem.What));
        Assert.Distinct(problems);
    }

    [Fact]
    public async Task VerifyAsync_FinishedJob_FindsNothing()
    {
        var seen = (0, 0);

        Assert.Empty(await JobVerification.VerifyAsync(
            await finished.Edit().ToStoreAsync(Cancel), "job", FinishedJob.SeedOf, (looked, committed) => seen = (looked, committed), Cancel).ToListAsync(Cancel));

        Assert.Equal((3, 3), seen);
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("webp")]
    public async Task VerifyAsync_FinishedJobOfALossyFormat_FindsNothing(string format)
    {
        var spec = FinishedJob.Spec with { Format = format };
        await FinishedJob.WriteAsync(_store, spec, FinishedJob.Plan, Cancel);
        await JobClosing.CloseAsync(_store, "job", Cancel);

        Assert.Empty(await ProblemsAsync(_store));
    }

    [Fact]
    public async Task VerifyAsync_JobWhoseBatchSizeWasOpen_FindsNothing()
    {
        var spec = FinishedJob.Spec with { BatchSize = SizeChoice.ByDevice };
        await FinishedJob.WriteAsync(_store, spec, FinishedJob.Plan with { BatchSize = null }, Cancel);
        await JobFiles.TryCreateBatchAsync(_store, "job", 4, Cancel);
        await JobClosing.CloseAsync(_store, "job", Cancel);

        Assert.Empty(await ProblemsAsync(_store));
    }

    [Fact]
    public async Task VerifyAsync_RunningJobWithPromotedUnpromotedAndOpenShards_FindsNothing()
    {
        await FinishedJob.WriteAsync(_store, FinishedJob.Spec, FinishedJob.Plan, Cancel);
        await ShardPromotion.PromoteAsync(_store, "job", (await JobFiles.ReadStatsAsync(_store, "job", 0, Cancel))!, Cancel);
        await _store.DeleteAsync("job/shards/00002.json", Cancel);

        Assert.Empty(await ProblemsAsync(_store));
    }

    [Fact]
    public async Task VerifyAsync_TarWithoutStatsOfARunningJob_IsNamed()
    {
        await FinishedJob.WriteAsync(_store, FinishedJob.Spec, FinishedJob.Plan, Cancel);
        await _store.DeleteAsync("job/shards/00002.json", Cancel);
        await _store.TryCreateAsync("job/shards/00002.tar", "x"u8.ToArray(), Cancel);

        Assert.Equal([new JobProblem("job/shards/00002.tar", "is there without the stats that commit it")], await ProblemsAsync(_store));
    }

    [Fact]
    public async Task VerifyAsync_NoJob_IsRefused()
    {
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => ProblemsAsync(_store));
        Assert.Contains("there is no job 'job'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VerifyAsync_JobThatWasNotStarted_IsRefused()
    {
        await JobFiles.TryCreateRecordAsync(_store, "job", new JobRecord { Spec = FinishedJob.Spec, Incarnation = FinishedJob.Incarnation, Created = DateTimeOffset.UnixEpoch }, Cancel);
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => ProblemsAsync(_store));
        Assert.Contains("has not been started", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shards/00001.tar", "is a named pipe; allowed: a regular file")]
    [InlineData("shards/00001.json", "is a named pipe; allowed: a regular file")]
    [InlineData("README.md", "is a named pipe; allowed: a regular file")]
    [InlineData("prompts/00001.jsonl", "is a named pipe; allowed: a regular file")]
    public async Task VerifyAsync_ANamedPipeInPlaceOfAFile_IsNamed(string path, string what)
    {
        using var folder = new TemporaryFolder();
        var store = await CopyAsync(folder);
        File.Delete(folder.File("job/" + path));
        await Processes.RunAsync(folder.Path, "mkfifo", "job/" + path);

        Assert.Contains(await ProblemsAsync(store), problem => problem.Path == "job/" + path && problem.What.Contains(what, StringComparison.Ordinal));
    }

    [Fact]
    public async Task VerifyAsync_AFolderOfARun_FindsNothing_AndALinkInItIsNamed()
    {
        using var folder = new TemporaryFolder();
        var store = await CopyAsync(folder);
        File.WriteAllText(folder.File("job/.lock"), "");
        Assert.Empty(await ProblemsAsync(store));

        Directory.CreateSymbolicLink(folder.File("job/shards/more"), folder.Path);
        Assert.Equal([new JobProblem("job/shards/more", "is not a file of the job")], await ProblemsAsync(store));
    }

    private async Task<DirectoryStore> CopyAsync(TemporaryFolder folder)
    {
        var (from, to) = (await finished.Edit().ToStoreAsync(Cancel), new DirectoryStore(folder.Path));
        await foreach (var entry in from.ListAsync("", Cancel)) await to.TryCreateAsync(entry.Path, (await from.ReadAsync(entry.Path, Cancel))!, Cancel);
        return to;
    }

    private static async Task<List<JobProblem>> ProblemsAsync(IStore store) =>
        await JobVerification.VerifyAsync(store, "job", FinishedJob.SeedOf, null, Cancel).ToListAsync(Cancel);
}

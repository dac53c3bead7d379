using System.Text;
using Atelier.Abstractions;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Removal;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Jobs;

namespace Atelier.Dataset.Tests.Catalogue;

public sealed class JobIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ListAsync_OfAStoreWithoutFolders_GivesMarkedJobsInOrder_AndWhichAreFinished()
    {
        var store = new MemoryStore();
        foreach (var job in new[] { "b", "a-b", "a" })
        {
            await JobIndex.AddAsync(store, job, Cancel);
            await JobIndex.AddAsync(store, job, Cancel);
        }
        await JobIndex.FinishAsync(store, "a", TestJobs.Outcome, Cancel);
        await store.TryCreateAsync("unmarked/job.json", default, Cancel);

        Assert.Equal([new("a", true), new("a-b", false), new JobIndexEntry("b", false)], await JobIndex.ListAsync(store, Cancel));
    }

    [Fact]
    public async Task ListAsync_OfADirectory_GivesMarkedJobsAndFoldersThatHoldOne()
    {
        var store = new DirectoryStore(_folder.File("store"));
        Assert.Empty(await JobIndex.ListAsync(store, Cancel));
        string[] files = ["b/job.json", "copied/job.json", "copied/summary.json", "moved/job.json", "pictures/cat.png", ".models/m/job.json", "deep/er/job.json"];
        foreach (var path in files) await store.TryCreateAsync(path, default, Cancel);
        Directory.CreateDirectory(Path.Combine(_folder.File("store"), "a: b", "job.json"));
        await JobIndex.AddAsync(store, "b", Cancel);
        await JobIndex.AddAsync(store, "begun", Cancel);
        await JobIndex.FinishAsync(store, "b", TestJobs.Outcome, Cancel);

        JobIndexEntry[] all = [new("b", true), new("copied", true), new("moved", false)];
        Assert.Equal(all, await JobIndex.ListAsync(store, Cancel));
        Assert.Equal(all[1..3], await JobIndex.ListAsync(store, "b", 2, Cancel));
        Assert.Equal([TestJobs.Outcome, null, null], await JobIndex.ReadOutcomesAsync(store, all, Cancel));
    }

    [Fact]
    public async Task ListAsync_AfterAJobsFolderWasRemovedByHand_HasItNoMore_NorItsOutcomeWhenItIsMadeAgain()
    {
        var store = new DirectoryStore(_folder.Path);
        await JobIndex.AddAsync(store, "job", Cancel);
        await store.TryCreateAsync("job/job.json", default, Cancel);
        await JobIndex.FinishAsync(store, "job", TestJobs.Outcome, Cancel);
        Directory.Delete(_folder.File("job"), recursive: true);
        Assert.Empty(await JobIndex.ListAsync(store, Cancel));

        await JobIndex.AddAsync(store, "job", Cancel);
        await store.TryCreateAsync("job/job.json", default, Cancel);

        Assert.Equal([new JobIndexEntry("job", false)], await JobIndex.ListAsync(store, Cancel));
        Assert.Null(await JobIndex.ReadOutcomeAsync(store, "job", Cancel));
    }

    [Fact]
    public async Task ListAsync_OfTheFolderOfOneJob_GivesThatJob_AndMarksNothing()
    {
        var store = DirectoryStore.OfJob(_folder.File("a: job"), out var job);
        await JobIndex.AddAsync(store, job, Cancel);
        await store.TryCreateAsync(JobPaths.Record(job), "{}"u8.ToArray(), Cancel);
        await JobIndex.FinishAsync(store, job, TestJobs.Outcome, Cancel);

        Assert.Equal([new JobIndexEntry(job, false)], await JobIndex.ListAsync(store, Cancel));
        Assert.Equal([_folder.File("a: job/job.json")], Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"status":"completed","samples":1,"finished":2,"failed":0,"created":"2026-01-01T00:00:00Z","ended":"2026-01-01T00:00:00Z","submitter":"ada"}""")]
    [InlineData("""{"status":"running","samples":2,"finished":2,"failed":0,"created":"2026-01-01T00:00:00Z","ended":"2026-01-01T00:00:00Z","submitter":"ada"}""")]
    [InlineData("""{"status":"completed","samples":2,"finished":2,"failed":0,"created":"2026-01-01T00:00:00Z","ended":"2026-01-01T00:00:00Z","submitter":"\u001b[2J"}""")]
    public async Task ReadOutcomeAsync_AnEmptyOrDamagedMarker_IsUnknown(string content)
    {
        var store = new MemoryStore();
        await JobIndex.AddAsync(store, "job", Cancel);
        await store.TryCreateAsync(".jobs/job/finished", Encoding.UTF8.GetBytes(content), Cancel);

        Assert.Null(await JobIndex.ReadOutcomeAsync(store, "job", Cancel));
        Assert.Equal([new JobIndexEntry("job", content.Length > 0)], await JobIndex.ListAsync(store, Cancel));
    }

    [Fact]
    public async Task DeleteAsync_AMarkedJobOfADirectory_LeavesNoFolderOfIt()
    {
        var store = new DirectoryStore(_folder.Path);
        await JobIndex.AddAsync(store, "job", Cancel);
        await JobIndex.AddAsync(store, "other", Cancel);
        await TestJobs.CommitAsync(store, Cancel, 0);
        await JobIndex.FinishAsync(store, "job", TestJobs.Outcome, Cancel);

        await JobDeletion.DeleteAsync(store, "job", Cancel);

        Assert.Equal([_folder.File(".jobs")], Directory.GetDirectories(_folder.Path));
        Assert.Equal([_folder.File(".jobs/.tmp"), _folder.File(".jobs/other")], Directory.GetDirectories(_folder.File(".jobs")).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData(".jobs")]
    [InlineData(".calibrations")]
    public void CheckName_OfWhatIsNotOneFolder_SaysWhichName(string name) =>
        Assert.StartsWith($"'{name}' cannot be the name of a job: ", Assert.Throws<InvalidInputException>(() => JobIndex.CheckName(name)).Message, StringComparison.Ordinal);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}

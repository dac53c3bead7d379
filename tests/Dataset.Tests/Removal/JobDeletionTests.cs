using Atelier.Abstractions;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Parts;
using Atelier.Dataset.Removal;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Jobs;
using Atelier.Dataset.Tests.Shards;
using Atelier.Dataset.Tests.Stores;

namespace Atelier.Dataset.Tests.Removal;

public sealed class JobDeletionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task DeleteAsync_KilledAfterAnyOfItsChanges_LeavesNoCompleteJob_AndTheNextFinishes()
    {
        var changes = 0;
        for (var done = false; !done; changes++)
        {
            var store = new MemoryStore();
            await TestJobs.CommitAsync(store, Cancel, 0, 1, 2);
            await JobDecisionFiles.TryCreateAsync(store, "job", 0, new JobDecision(), Cancel);
            await JobClosing.CloseAsync(store, "job", Cancel);
            try
            {
                await JobDeletion.DeleteAsync(new DyingStore(store, changes), "job", Cancel);
                done = true;
            }
            catch (IOException)
            {
                var last = await JobDecisionFiles.FindLastAsync(store, "job", Cancel);
                var isMarked = last >= 0 && (await JobDecisionFiles.ReadAsync(store, "job", last, Cancel))!.Lifecycle == JobLifecycle.Deleted;
                // Before the first change it is as it was; from then on it says that it is being deleted as long as anything but its record is left.
                Assert.Equal(changes > 0, isMarked || (await TestJobs.PathsAsync(store, "job", Cancel)) is ["job/job.json"] or []);
                Assert.True(changes < 2 || await JobFiles.ReadSummaryAsync(store, "job", Cancel) is null);
            }

            await JobDeletion.DeleteAsync(store, "job", Cancel);
            Assert.Empty(await store.ListAsync("", Cancel).ToListAsync(Cancel));
        }
        // The mark; fifteen files, the two states, the record being one of the fifteen; and two markers of the index.
        Assert.Equal(1 + 15 + 2 + 2 + 1, changes);
    }

    [Fact]
    public async Task DeleteAsync_AFolder_GoesWithItsLockAndUnfinishedFiles()
    {
        var store = new DirectoryStore(_folder.Path);
        await TestJobs.CommitAsync(store, Cancel, 0, 1);
        await new ShardParts(store, TestShards.Attempt(2)).KeepAsync(0, [], Cancel);
        File.WriteAllText(_folder.File("job/.lock"), "");
        File.WriteAllText(_folder.File("job/.tmp/unfinished"), "x");

        await JobDeletion.DeleteAsync(store, "job", Cancel);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task DeleteAsync_FilesThatAreNotTheJobs_AreLeftAndCounted()
    {
        var store = new DirectoryStore(_folder.Path);
        await TestJobs.CommitAsync(store, Cancel, 0);
        File.WriteAllText(_folder.File("job/shards/notes: mine"), "x");

        Assert.Equal(1, (await JobDeletion.DeleteAsync(store, "job", Cancel)).Foreign);

        Assert.Equal([_folder.File("job/shards/notes: mine")], Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task DeleteAsync_AJobOfGarbage_LeavesNothing()
    {
        foreach (var path in new[] { "job/job.json", "job/plan.json", "job/summary.json", "job/state/00000.json", "job/shards/00000.json" })
            await _store.TryCreateAsync(path, "garbage"u8.ToArray(), Cancel);

        await JobDeletion.DeleteAsync(_store, "job", Cancel);

        Assert.Empty(await TestJobs.PathsAsync(_store, "job", Cancel));
    }

    [Fact]
    public async Task CheckIsFinalAsync_AnUnfinishedJob_IsRefused_AndAFinishedOrCancelledOneIsNot()
    {
        await TestJobs.CommitAsync(_store, Cancel, 0, 1, 2);
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => JobDeletion.CheckIsFinalAsync(_store, "job", Cancel));
        Assert.StartsWith("job 'job' is neither finished nor cancelled", refused.Message, StringComparison.Ordinal);

        await JobDecisionFiles.TryCreateAsync(_store, "job", 0, new JobDecision { Lifecycle = JobLifecycle.Cancelled }, Cancel);
        await JobDeletion.CheckIsFinalAsync(_store, "job", Cancel);
        await _store.DeleteAsync("job/state/00000.json", Cancel);
        await JobClosing.CloseAsync(_store, "job", Cancel);
        await JobDeletion.CheckIsFinalAsync(_store, "job", Cancel);
    }

    [Fact]
    public async Task Leftovers_OfACancelledJob_AreRemoved_ButForWholeAttempts_AndWhatIsCommittedIsPromoted()
    {
        await TestJobs.CommitAsync(_store, Cancel, 0);
        await TestShards.WriteAsync(_store, TestShards.Attempt(0), Cancel);
        var half = TestShards.Attempt(1);
        await TestShards.WriteAsync(_store, half, Cancel);
        await _store.DeleteAsync(half.ParquetPath, Cancel);
        // What commits it may be on its way to the store.
        var whole = TestShards.Attempt(1);
        await TestShards.WriteAsync(_store, whole, Cancel);
        await new ShardParts(_store, TestShards.Attempt(2)).KeepAsync(0, [], Cancel);
        await _store.TryCreateAsync($"job/attempts/00002/{Guid.NewGuid():N}.begun", "{}"u8.ToArray(), Cancel);

        await JobLeftovers.RemoveAsync(_store, "job", 3, Cancel);

        Assert.Equal(
            [whole.ParquetPath, whole.TarPath, "job/job.json", "job/plan.json", "job/shards/00000.json", "job/shards/00000.parquet", "job/shards/00000.tar"], await TestJobs.PathsAsync(_store, "job", Cancel));
    }
}

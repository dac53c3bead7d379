using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Removal;
using Atelier.Dataset.Tests.Jobs;

namespace Atelier.Dataset.Tests.Stores;

/// <summary>That a job can be removed from every store.</summary>
public abstract partial class StoreContract
{
    [Fact]
    public async Task Deletion_OfAFinishedJob_LeavesNothingOfItAndAllOfOthers()
    {
        await Store.TryCreateAsync("other/job.json", "{}"u8.ToArray(), Cancel);
        await JobIndex.AddAsync(Store, "job", Cancel);
        await TestJobs.CommitAsync(Store, Cancel, 0, 1, 2);
        await JobClosing.CloseAsync(Store, "job", Cancel);
        await JobIndex.FinishAsync(Store, "job", TestJobs.Outcome, Cancel);

        var (removed, foreign) = await JobDeletion.DeleteAsync(Store, "job", Cancel);

        // Three of each shard; record and plan; the closing's four; the state that says so.
        Assert.Equal((9 + 2 + 4 + 1, 0), (removed, foreign));
        Assert.Equal(["other/job.json"], (await ListAsync("")).Select(entry => entry.Path));
        Assert.DoesNotContain(await JobIndex.ListAsync(Store, Cancel), entry => entry.JobId == "job");
        await JobDeletion.DeleteAsync(Store, "job", Cancel);
        Assert.Equal(["other/job.json"], (await ListAsync("")).Select(entry => entry.Path));
    }

    [Fact]
    public async Task ListFoldersAsync_OfJobs_GivesEachInOrderOrNone()
    {
        foreach (var path in new[] { "b/x", "a-b/y", "a/x", "a/z", ".models/m", "top" }) await Store.TryCreateAsync(path, default, Cancel);

        Assert.True(await Store.ListFoldersAsync(Cancel).ToListAsync(Cancel) is [] or [".models", "a", "a-b", "b"]);
    }

    [Fact]
    public async Task RemoveEmptyFoldersAsync_WhileAFileIsThere_LeavesIt()
    {
        await Store.TryCreateAsync("job/shards/a", "x"u8.ToArray(), Cancel);

        await Store.RemoveEmptyFoldersAsync("job", Cancel);
        await Store.RemoveEmptyFoldersAsync("none", Cancel);

        Assert.Equal("x"u8.ToArray(), await Store.ReadAsync("job/shards/a", Cancel));
    }

    [Fact]
    public async Task JobIndex_OfManyJobs_GivesPagesInOrder_AndHowTheyEnded()
    {
        string[] names = [.. Enumerable.Range(0, 40).Select(number => number % 2 == 0 ? $"job-{number:D2}" : $"job{number:D2}")];
        foreach (var name in names)
        {
            await JobIndex.AddAsync(Store, name, Cancel);
            await Store.TryCreateAsync(JobPaths.Record(name), "{}"u8.ToArray(), Cancel);
        }
        foreach (var name in names.Where((_, place) => place % 4 < 2)) await JobIndex.FinishAsync(Store, name, TestJobs.Outcome with { Submitter = name }, Cancel);

        var seen = new List<(string, JobOutcome?)>();
        for (IReadOnlyList<JobIndexEntry> page = []; page is not { Count: > 0 and < 7 };)
        {
            page = await JobIndex.ListAsync(Store, page is [.., var last] ? last.JobId : null, 7, Cancel);
            seen.AddRange(page.Select(job => job.JobId).Zip(await JobIndex.ReadOutcomesAsync(Store, page, Cancel)));
        }

        Assert.Equal(names.Order(StringComparer.Ordinal).Select(name => (name, Array.IndexOf(names, name) % 4 < 2 ? TestJobs.Outcome with { Submitter = name } : null)), seen);
    }
}

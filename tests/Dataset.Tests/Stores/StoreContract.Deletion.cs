using Atelier.Dataset.Jobs;
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
        await JobIndex.FinishAsync(Store, "job", Cancel);

        var (removed, foreign) = await JobDeletion.DeleteAsync(Store, "job", Cancel);

        // Three of each shard; record and plan; the closing's four; the state that says so.
        Assert.Equal((9 + 2 + 4 + 1, 0), (removed, foreign));
        Assert.Equal(["other/job.json"], (await ListAsync("")).Select(entry => entry.Path));
        Assert.DoesNotContain(await JobIndex.ListAsync(Store, Cancel), entry => entry.JobId == "job");
        await JobDeletion.DeleteAsync(Store, "job", Cancel);
        Assert.Equal(["other/job.json"], (await ListAsync("")).Select(entry => entry.Path));
    }
}

using System.Text;
using Atelier.Abstractions;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Reading;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Jobs;
using Atelier.Dataset.Tests.Shards;

namespace Atelier.Dataset.Tests.Reading;

public sealed class JobDownloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryStore _from = new();
    private readonly DirectoryStore _to;

    public JobDownloadTests() => _to = new DirectoryStore(_folder.Path);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CopyAsync_RunningJob_BringsWhatIsCommittedAndLaterTheRest()
    {
        await TestJobs.CommitAsync(_from, Cancel, 0, 2);
        await TestJobs.PromoteAsync(_from, 0, Cancel);

        Assert.Equal([(0, true), (2, true)], await CopyAsync());
        Assert.Equal(
            ["mine/job.json", "mine/plan.json", "mine/shards/00000.json", "mine/shards/00000.parquet", "mine/shards/00000.tar",
                "mine/shards/00002.json", "mine/shards/00002.parquet", "mine/shards/00002.tar"],
            await TestJobs.PathsAsync(_to, "mine", Cancel));

        await TestJobs.CommitAsync(_from, Cancel, 1);
        await JobClosing.CloseAsync(_from, "job", Cancel);
        Assert.Equal([(0, false), (1, true), (2, false)], await CopyAsync());
        Assert.Equal(await FilesAsync(_from, "job"), await FilesAsync(_to, "mine"));
    }

    [Fact]
    public async Task CopyAsync_AJobWhoseBatchSizeWasOpen_BringsTheNumber()
    {
        await JobFiles.TryCreatePlanAsync(_from, "job", TestShards.Plan with { BatchSize = null }, Cancel);
        await JobFiles.TryCreateBatchAsync(_from, "job", 4, Cancel);
        await TestJobs.CommitAsync(_from, Cancel, 0, 1, 2);
        var summary = await JobClosing.CloseAsync(_from, "job", Cancel);
        await CopyAsync();

        Assert.Equal(TestShards.Plan, summary.Plan);
        Assert.Equal(TestShards.Plan, await JobFiles.ReadPlanAsync(_to, "mine", Cancel));
        Assert.Contains("| batch | 4 samples, in shards of 8 |", Encoding.UTF8.GetString((await _to.ReadAsync("mine/README.md", Cancel))!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CopyAsync_DamagedSource_KeepsNothingOfTheFile()
    {
        await TestJobs.CommitAsync(_from, Cancel, 0);
        await TestJobs.PromoteAsync(_from, 0, Cancel);
        var content = (await _from.ReadAsync("job/shards/00000.tar", Cancel))!.ToArray();
        content[600] ^= 1;
        await _from.DeleteAsync("job/shards/00000.tar", Cancel);
        await _from.TryCreateAsync("job/shards/00000.tar", content, Cancel);

        var refused = await Assert.ThrowsAsync<InvalidDataException>(CopyAsync);

        Assert.Contains("mine/shards/00000.tar", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["mine/job.json", "mine/plan.json"], await TestJobs.PathsAsync(_to, "mine", Cancel));
    }

    [Fact]
    public async Task CopyAsync_OntoAnotherJob_IsRefused()
    {
        await TestJobs.CommitAsync(_from, Cancel, 0);
        var record = (await JobFiles.ReadRecordAsync(_from, "job", Cancel))!;
        await JobFiles.TryCreateRecordAsync(_to, "mine", record with { Incarnation = Guid.NewGuid() }, Cancel);

        Assert.Contains("another job", (await Assert.ThrowsAsync<InvalidInputException>(CopyAsync)).Message, StringComparison.Ordinal);
    }

    private async Task<List<(int Shard, bool Copied)>> CopyAsync() => await JobDownload.CopyAsync(_from, "job", _to, "mine", Cancel)
        .Select(shard => (shard.Stats.Shard, shard.Copied > 0)).ToListAsync(Cancel);

    private static async Task<Dictionary<string, string>> FilesAsync(IStore store, string job)
    {
        var files = new Dictionary<string, string>();
        await foreach (var entry in store.ListAsync($"{job}/", Cancel))
            files.Add(entry.Path[(job.Length + 1)..], Convert.ToHexString(System.Security.Cryptography.SHA256.HashData((await store.ReadAsync(entry.Path, Cancel))!)));
        return files;
    }
}

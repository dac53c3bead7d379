using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Simulation;

namespace Atelier.Silo.Tests.Leasing;

/// <summary>Finished jobs whose store has lost files since, started again.</summary>
public sealed class LostFilesTests
{
    private static readonly SimulationOptions Quick = new() { ImageSize = 8, Wait = (_, _) => { } };
    private static readonly string[] Prompts = [.. Enumerable.Range(0, 10).Select(i => i == 5 ? $"prompt {SimulatedFaults.Throw}" : $"prompt {i}")];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("shards/00001.tar")]
    [InlineData("shards/00001.parquet")]
    [InlineData("shards/00001.json")]
    [InlineData("shards/00001.json", "shards/00001.tar", "shards/00001.parquet")]
    [InlineData("shards/00000.tar", "shards/00001.tar", "shards/00002.tar")]
    [InlineData("shards/00000.json", "shards/00000.tar", "shards/00000.parquet", "shards/00001.json", "shards/00001.tar", "shards/00001.parquet", "shards/00002.json", "shards/00002.tar", "shards/00002.parquet")]
    [InlineData("README.md", "errors.jsonl", "contact-sheet.png")]
    [InlineData("summary.json", "shards/00002.tar")]
    public async Task Start_OfAFinishedJobThatLostFiles_MakesThemAgain_TheSameBytes(params string[] lost)
    {
        await using var cluster = new WorkerCluster(Quick, workers: 2);
        var job = await cluster.StartAsync(Prompts);
        await WorkerCluster.EndAsync(job);
        var before = await FilesAsync(cluster.Files);
        foreach (var path in lost) await cluster.Files.DeleteAsync("job/" + path, Cancel);

        await job.Start(Prompts.Length);
        var end = await WorkerCluster.EndAsync(job);

        Assert.Equal((JobStatus.Completed, 10, 1, 3), (end.Status, end.Finished, end.Failed, end.ShardsFinished));
        var after = await FilesAsync(cluster.Files);
        var made = before.Keys.Where(path => !path.Contains("/state/", StringComparison.Ordinal)).ToList();
        Assert.Equal(made, after.Keys.Where(path => !path.Contains("/state/", StringComparison.Ordinal)));
        // Stats that were lost name another attempt.
        foreach (var path in made.Where(path => !(path.StartsWith("job/shards/", StringComparison.Ordinal) && path.EndsWith(".json", StringComparison.Ordinal)))) Assert.Equal(before[path], after[path]);
        Assert.Empty(await cluster.FilesAsync("attempts"));

        // And with that it is over.
        var states = await JobDecisionFiles.FindLastAsync(cluster.Files, "job", Cancel);
        await job.Start(Prompts.Length);
        Assert.Equal(JobStatus.Completed, (await job.GetProgress()).Status);
        Assert.Equal(states, await JobDecisionFiles.FindLastAsync(cluster.Files, "job", Cancel));
    }

    [Fact]
    public async Task Start_WhereWhatIsDrawnAgainDiffers_StopsWithTheReason_AndKeepsNothingOfIt()
    {
        await using var cluster = new WorkerCluster(Quick);
        var job = await cluster.StartAsync(Prompts);
        await WorkerCluster.EndAsync(job);
        var stats = (await JobFiles.ReadStatsAsync(cluster.Files, "job", 1, Cancel))!;
        foreach (var path in new[] { JobPaths.ShardStats("job", 1), JobPaths.ShardTar("job", 1) }) await cluster.Files.DeleteAsync(path, Cancel);
        await JobFiles.TryCreateStatsAsync(cluster.Files, "job", stats with { TarSha256 = new string('0', 64) }, Cancel);

        await job.Start(Prompts.Length);
        var end = await WorkerCluster.EndAsync(job);

        Assert.Equal(JobStatus.Failed, end.Status);
        Assert.Equal(
            $"shard 1 is set aside after 3 failures: the files of shard 1 were lost, and what is drawn in their place differs: its tar has SHA-256 {stats.TarSha256}, {new string('0', 64)} was committed",
            end.Message);
        Assert.All(await cluster.FilesAsync("attempts"), path => Assert.EndsWith(".failed", path, StringComparison.Ordinal));
        Assert.DoesNotContain("job/shards/00001.tar", await cluster.FilesAsync("shards"));
    }

    [Fact]
    public async Task Cancel_AtWork_LeavesNothingOfUnfinishedShards()
    {
        await using var cluster = new WorkerCluster(Quick with { Wait = (_, cancel) => cancel.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(20)) }, workers: 2);
        var job = await cluster.StartAsync(Prompts);
        await foreach (var progress in job.Watch().WithCancellation(Cancel))
            if (progress.ShardsLeased > 0) break;

        await job.Cancel(new DecidedBy("ada@hall"));
        await WorkerCluster.EndAsync(job);
        while ((await job.GetProgress()).ShardsLeased > 0 || await AnyLeftAsync()) await Task.Yield();
        Assert.Equal(JobStatus.Cancelled, (await job.GetProgress()).Status);

        async Task<bool> AnyLeftAsync()
        {
            foreach (var folder in new[] { "attempts", "parts", "begun" })
                if ((await cluster.FilesAsync(folder)).Count > 0) return true;
            return false;
        }
    }

    private static async Task<SortedDictionary<string, byte[]>> FilesAsync(MemoryStore store)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        await foreach (var entry in store.ListAsync("job/", Cancel)) files.Add(entry.Path, (await store.ReadAsync(entry.Path, Cancel))!);
        return files;
    }
}

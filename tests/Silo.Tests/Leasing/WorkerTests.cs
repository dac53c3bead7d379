using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Simulation;

namespace Atelier.Silo.Tests.Leasing;

public sealed class WorkerTests
{
    private static readonly SimulationOptions Quick = new() { ImageSize = 8, Wait = (_, _) => { } };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_AJobOfSeveralShards_CompletesWithoutLibtorch()
    {
        await using var cluster = new WorkerCluster(Quick, workers: 3);
        var job = await cluster.StartAsync([.. Enumerable.Range(0, 10).Select(i => $"prompt {i}")]);

        var end = await WorkerCluster.EndAsync(job);

        Assert.Equal((JobStatus.Completed, 10, 0, 3), (end.Status, end.Finished, end.Failed, end.ShardsFinished));
    }

    [Fact]
    public async Task Run_ARowThatTheSamplerCannotDraw_FailsThatSampleAlone()
    {
        await using var cluster = new WorkerCluster(Quick);
        var job = await cluster.StartAsync("a", "b", $"c {SimulatedFaults.Throw}", "d");

        var end = await WorkerCluster.EndAsync(job);

        Assert.Equal((JobStatus.Completed, 1), (end.Status, end.Failed));
        var stats = await JobFiles.ReadStatsAsync(cluster.Files, "job", 0, Cancel);
        Assert.Equal(new Dictionary<string, int> { ["sampler_error"] = 1 }, stats!.Errors);
    }

    [Fact]
    public async Task Run_ADeviceWithoutMemory_StopsTheJobWithTheReason()
    {
        await using var cluster = new WorkerCluster(Quick);
        var job = await cluster.StartAsync("a", SimulatedFaults.OutOfMemory);

        var end = await WorkerCluster.EndAsync(job);

        Assert.Equal((JobStatus.Failed, "shard 0 is set aside after 3 failures: The simulated device is out of memory."), (end.Status, end.Message));
        Assert.Empty(await cluster.FilesAsync("shards"));
        Assert.DoesNotContain(await cluster.FilesAsync("attempts"), path => path.EndsWith(".tar", StringComparison.Ordinal) || path.EndsWith(".parquet", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_AStoreThatIsSilentWhileShardsAreWritten_WaitsAndFaultsNothing()
    {
        await using var cluster = new WorkerCluster(Quick);
        // More failures than a job lives through; after each, the store is silent once more when the worker asks whether it is there.
        var left = JobLimits.MaxFaults + 1;
        cluster.Store.FailsToCreate = path => path.StartsWith("job/attempts/", StringComparison.Ordinal) && Silence();
        var job = await cluster.StartAsync("a", "b", "c");

        var end = await WorkerCluster.EndAsync(job);

        Assert.True(left < 0);
        Assert.Equal((JobStatus.Completed, null), (end.Status, end.Message));

        bool Silence()
        {
            if (Interlocked.Decrement(ref left) < 0) return false;
            var asked = false;
            cluster.Store.FailsToRead = path =>
            {
                if (asked || path != JobPaths.Record("job")) return false;
                return asked = true;
            };
            return true;
        }
    }

    [Fact]
    public async Task Run_AFullDisk_WaitsForRoomAndFaultsNothing()
    {
        const int NoSpaceLeftOnDevice = 28;
        await using var cluster = new WorkerCluster(Quick);
        // It answers all questions, and takes no file; more often than a job lives through.
        var left = 3 * JobLimits.MaxFaults;
        cluster.Store.Fault = path => new IOException($"No space left on device : '{path}'", NoSpaceLeftOnDevice);
        var isMet = false;
        cluster.Store.FailsToCreate = path =>
            ((isMet && path == JobPaths.Record("job")) || path.StartsWith("job/attempts/", StringComparison.Ordinal)) && (isMet = Interlocked.Decrement(ref left) >= 0);
        var job = await cluster.StartAsync("a", "b", "c");

        var end = await WorkerCluster.EndAsync(job);

        Assert.True(left <= 0);
        Assert.Equal((JobStatus.Completed, null), (end.Status, end.Message));
        Assert.Empty(await cluster.FilesAsync("attempts"));
    }

    [Fact]
    public async Task Run_AStoreThatIsSilentAtTheCommit_CommitsTheSameAttemptWhenItIsBack()
    {
        var batches = 0;
        await using var cluster = new WorkerCluster(Quick with { OnBatch = _ => Interlocked.Increment(ref batches) });
        var (commits, asked) = (0, 0);
        cluster.Store.FailsToCreate = path => path == JobPaths.ShardStats("job", 0) && Interlocked.Increment(ref commits) == 1;
        cluster.Store.FailsToRead = path => path == JobPaths.Record("job") && commits == 1 && Interlocked.Increment(ref asked) == 1;
        var job = await cluster.StartAsync("a", "b", "c");

        var end = await WorkerCluster.EndAsync(job);

        Assert.Equal((JobStatus.Completed, null), (end.Status, end.Message));
        Assert.Equal((2, 2), (batches, commits));
    }

    [Fact]
    public async Task Run_AStoreThatAnswersButTakesNoFile_StopsTheJobWithTheReason()
    {
        await using var cluster = new WorkerCluster(Quick);
        cluster.Store.FailsToCreate = path => path.EndsWith(".tar", StringComparison.Ordinal);
        var job = await cluster.StartAsync("a");

        var end = await WorkerCluster.EndAsync(job);

        Assert.Equal(JobStatus.Failed, end.Status);
        Assert.StartsWith("shard 0 is set aside after 3 failures: the store does not answer for job/attempts/00000/", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StopAsync_InABatchOfALongShard_KeepsTheBatchAndTheNextProcessDrawsTheRest()
    {
        // Shards of four batches, and 64 s.
        var spec = WorkerCluster.Spec with { BatchSize = 1 };
        var prompts = Enumerable.Range(0, 5).Select(i => $"prompt {i}").ToArray();
        var files = new MemoryStore();
        var (batches, steps, inSecondBatch) = (0, 0, new TaskCompletionSource());
        var stopped = Quick with
        {
            BatchTime = TimeSpan.FromSeconds(16),
            OnBatch = _ => batches++,
            Wait = (_, _) =>
            {
                if (++steps == 15) inSecondBatch.SetResult();
            },
        };
        await using (var first = new WorkerCluster(stopped, files: files))
        {
            await first.StartAsync(spec, prompts);
            await inSecondBatch.Task;
            await first.StopAsync();
            Assert.Equal((2, 20), (batches, steps));
            Assert.Equal(2, (await first.FilesAsync("parts")).Count);
            Assert.Empty(await first.FilesAsync("attempts"));
        }

        var partsWhenDrawing = new List<int>();
        var resumed = Quick with { OnBatch = _ => partsWhenDrawing.Add(PartsOf(files, shard: 0)) };
        await using var second = new WorkerCluster(resumed, files: files);
        Assert.Equal(JobStatus.Completed, (await WorkerCluster.EndAsync(await second.StartAsync(spec, prompts))).Status);

        // Two batches of the first shard, and the one of the second, beside which the first is being promoted.
        Assert.Equal(3, partsWhenDrawing.Count);
        Assert.Equal([2, 2], partsWhenDrawing.Take(2));
        Assert.Empty(await second.FilesAsync("parts"));
        await using var undisturbed = new WorkerCluster(Quick);
        await WorkerCluster.EndAsync(await undisturbed.StartAsync(spec, prompts));
        foreach (var file in (await undisturbed.FilesAsync("shards")).Where(file => !file.EndsWith(".json", StringComparison.Ordinal)))
            Assert.Equal(await undisturbed.Files.ReadAsync(file, Cancel), await files.ReadAsync(file, Cancel));
    }

    [Fact]
    public async Task Run_WhatIsInHand_IsNotedUntilABatchIsKept_AndNothingIsLeftAtTheEnd()
    {
        var files = new MemoryStore();
        var begun = new List<int>();
        var simulation = Quick with
        {
            BatchTime = TimeSpan.FromSeconds(40),
            OnBatch = _ => begun.Add(files.ListAsync(AttemptFile.Folder("job"), Cancel).ToBlockingEnumerable(Cancel).Count(entry => AttemptFile.Parse("job", entry.Path) is { Kind: AttemptFileKind.Begun })),
        };
        await using var cluster = new WorkerCluster(simulation, files: files);
        var job = await cluster.StartAsync(WorkerCluster.Spec with { BatchSize = 1 }, "a", "b", "c", "d", "e");

        Assert.Equal(JobStatus.Completed, (await WorkerCluster.EndAsync(job)).Status);

        // While the second batch is drawn the first is being kept; from then on another attempt would begin later.
        Assert.Equal((5, 1, 0), (begun.Count, begun[0], begun[3]));
        Assert.Empty(await cluster.FilesAsync("attempts"));
    }

    private static int PartsOf(MemoryStore files, int shard) =>
        files.ListAsync(JobPaths.Parts("job", shard), Cancel).ToBlockingEnumerable(Cancel).Count();
}

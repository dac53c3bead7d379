using System.Collections.Concurrent;
using System.Diagnostics;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Jobs;
using Atelier.Simulation;

namespace Atelier.Silo.Tests.Leasing;

/// <summary>What a worker does beside the drawing. Shards are one batch of two samples.</summary>
public sealed class LeasingAheadTests
{
    private static readonly SimulationOptions Quick = new() { ImageSize = 8, Wait = (_, _) => { } };
    private static readonly JobSpec Spec = WorkerCluster.Spec with { ShardSize = 2 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_AStoreThatTakesAsLongAsTheDevice_TakesLittleMoreThanTheDeviceAlone()
    {
        const int Shards = 8;
        var (batch, time) = (TimeSpan.FromSeconds(8), new FastTime(20));
        await using var cluster = new WorkerCluster(Quick with { BatchTime = batch });
        cluster.Store.BeforePromote = _ => Task.Delay(batch / 2, time, Cancel);
        var job = await cluster.StartAsync(Spec, Prompts(2 * Shards));
        while ((await job.GetProgress()).ShardsFinished == 0) await Task.Delay(1, Cancel);
        var start = Stopwatch.GetTimestamp();
        while ((await job.GetProgress()).ShardsFinished < Shards) await Task.Delay(1, Cancel);

        // One after the other, the other seven would take twice as long as their batches.
        Assert.InRange(20 * Stopwatch.GetElapsedTime(start) / (batch * (Shards - 1)), 0.8, 1.5);
    }

    [Fact]
    public async Task Run_AStoreThatDoesNotFinishShards_GetsTwo_AndTheDeviceDrawsOneMore()
    {
        var (batches, release) = (0, new TaskCompletionSource());
        await using var cluster = new WorkerCluster(Quick with { OnBatch = _ => Interlocked.Increment(ref batches) });
        cluster.Store.BeforePromote = _ => release.Task;
        var job = await cluster.StartAsync(Spec, Prompts(16));

        while (Volatile.Read(ref batches) < 3) await Task.Delay(1, Cancel);
        // Time for a fourth, if there could be one: three leases are finished or wait for that, one waits for the device.
        while ((await job.GetProgress()).ShardsLeased < 4) await Task.Delay(1, Cancel);
        await Task.Delay(100, Cancel);
        Assert.Equal((3, 4), (batches, (await job.GetProgress()).ShardsLeased));

        release.SetResult();
        Assert.Equal(JobStatus.Completed, (await WorkerCluster.EndAsync(job)).Status);
        Assert.Equal(8, batches);
    }

    [Fact]
    public async Task StopAsync_WithALeaseThatWaitsForTheDevice_GivesItBack_AndFinishesWhatIsDrawn()
    {
        var (batches, steps, stopping) = (0, 0, new TaskCompletionSource());
        var simulation = Quick with
        {
            OnBatch = _ => Interlocked.Increment(ref batches),
            Wait = (_, cancellation) =>
            {
                // The last but one of the third batch.
                if (Interlocked.Increment(ref steps) != 29) return;
                cancellation.WaitHandle.WaitOne();
                stopping.SetResult();
            },
        };
        await using var cluster = new WorkerCluster(simulation);
        var promoting = new TaskCompletionSource();
        cluster.Store.BeforePromote = path => path == JobPaths.ShardTar("job", 1) ? promoting.Task : Task.CompletedTask;
        var job = await cluster.StartAsync(Spec, Prompts(16));
        // One is being finished, one is on the device, one waits for it.
        while (Volatile.Read(ref steps) < 29 || (await job.GetProgress()).ShardsLeased != 3) await Task.Delay(1, Cancel);

        var stopped = cluster.StopAsync();
        await stopping.Task;
        promoting.SetResult();
        await stopped;

        Assert.Equal(3, batches);
        Assert.NotNull(await cluster.Files.ReadAsync(JobPaths.ShardTar("job", 1), Cancel));
        Assert.Empty(await cluster.FilesAsync("attempts"));
    }

    [Theory]
    [InlineData("prompts", "IOException")]
    [InlineData("device", "UnauthorizedAccessException")]
    [InlineData(".parquet", "IOException")]
    [InlineData("promote", "ArgumentException")]
    public async Task Run_AFaultInAStage_GoesBackWithTheReason_AndTheWorkerLives(string stage, string kind)
    {
        var (left, reasons) = (1, new ConcurrentBag<string>());
        await using var cluster = new WorkerCluster(Quick with { OnBatch = _ => Meet("device") });
        cluster.Store.FailsToRead = path => path.Contains("/prompts/", StringComparison.Ordinal) && Meet("prompts");
        cluster.Store.FailsToCreate = path =>
        {
            if (path.EndsWith(".failed", StringComparison.Ordinal)) reasons.Add(path);
            return path.EndsWith(".parquet", StringComparison.Ordinal) && Meet(".parquet");
        };
        cluster.Store.BeforePromote = _ => Task.FromResult(Meet("promote"));
        var job = await cluster.StartAsync(Spec, Prompts(8));

        Assert.Equal(JobStatus.Completed, (await WorkerCluster.EndAsync(job)).Status);

        Assert.True(left < 0);
        Assert.Single(reasons);

        bool Meet(string here)
        {
            if (here != stage || Interlocked.Decrement(ref left) < 0) return false;
            Interlocked.Decrement(ref left);
            throw kind switch
            {
                "IOException" => new IOException("here it is"),
                "ArgumentException" => new ArgumentException("here it is"),
                _ => new UnauthorizedAccessException("here it is"),
            };
        }
    }

    [Fact]
    public async Task Run_ADeviceThatHangs_LosesItsShardToAnother_AndGetsNoMoreUntilItAnswers()
    {
        using var answer = new ManualResetEventSlim();
        var (hung, steps, batchesOfHung) = (default(string), 0, 0);
        var simulation = Quick with
        {
            BatchTime = TimeSpan.FromSeconds(1),
            OnBatch = _ =>
            {
                var device = Thread.CurrentThread.Name!;
                if (device == hung) Interlocked.Increment(ref batchesOfHung);
            },
            Wait = (_, _) =>
            {
                var device = Thread.CurrentThread.Name!;
                // A step of it is measured then.
                if ((Interlocked.CompareExchange(ref hung, device, null) ?? device) == device && ++steps == 3) answer.Wait(CancellationToken.None);
            },
        };
        await using var cluster = new WorkerCluster(simulation, workers: 2);
        var job = await cluster.StartAsync(Spec, Prompts(16));

        Assert.Equal((JobStatus.Completed, 8), ((await WorkerCluster.EndAsync(job)).Status, (await job.GetProgress()).ShardsFinished));

        Assert.Equal(0, batchesOfHung);
        // It is left behind, though it does not answer.
        while ((await cluster.FilesAsync("attempts")).Any(path => AttemptFile.Parse("job", path) is { Kind: AttemptFileKind.Begun })) await Task.Delay(1, Cancel);
        answer.Set();
    }

    private static string[] Prompts(int count) => [.. Enumerable.Range(0, count).Select(i => $"prompt {i}")];
}

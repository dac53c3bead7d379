using System.Collections.Concurrent;
using Atelier.Abstractions.Jobs;
using Atelier.Simulation;

namespace Atelier.Silo.Tests.Leasing;

public sealed class SmallJobTests
{
    private static readonly JobSpec Open = WorkerCluster.Spec with { BatchSize = SizeChoice.ByJob, ShardSize = SizeChoice.ByJob };
    private static readonly string[] Sixteen = [.. Enumerable.Range(0, 16).Select(i => $"prompt {i}")];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_SixteenSamples_GivesBothWorkersWork_AndTheBytesOfOne()
    {
        var batches = new ConcurrentDictionary<string, int>();
        // A worker that has drawn its first batch waits until the other has one too.
        using var both = new Barrier(2);
        await using var two = new WorkerCluster(New(_ =>
        {
            if (batches.AddOrUpdate(Thread.CurrentThread.Name!, 1, (_, drawn) => drawn + 1) == 1) both.SignalAndWait(Cancel);
        }), workers: 2);
        var end = await WorkerCluster.EndAsync(await two.StartAsync(Open, Sixteen));
        Assert.Equal((JobStatus.Completed, 4, 4, 4), (end.Status, end.BatchSize, end.ShardSize, end.ShardsFinished));
        Assert.Equal((2, 4), (batches.Count, batches.Values.Sum()));

        await using var one = new WorkerCluster(New(_ => { }));
        await WorkerCluster.EndAsync(await one.StartAsync(Open, Sixteen));
        await using var given = new WorkerCluster(New(_ => { }), workers: 2);
        await WorkerCluster.EndAsync(await given.StartAsync(Open with { BatchSize = 4, ShardSize = 4 }, Sixteen));

        var files = (await two.FilesAsync("shards")).Where(file => !file.EndsWith(".json", StringComparison.Ordinal)).ToList();
        Assert.Equal(8, files.Count);
        foreach (var file in files)
        {
            Assert.Equal(await two.Files.ReadAsync(file, Cancel), await one.Files.ReadAsync(file, Cancel));
            Assert.Equal(await two.Files.ReadAsync(file, Cancel), await given.Files.ReadAsync(file, Cancel));
        }
    }

    private static SimulationOptions New(Action<IReadOnlyList<Diffusion.Pipelines.SampleRequest>> onBatch) =>
        new() { ImageSize = 8, Wait = (_, _) => { }, OnBatch = onBatch };
}

using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Jobs;
using Atelier.Silo.Tests.Leasing;
using Atelier.Simulation;

namespace Atelier.Silo.Tests.Fleet;

/// <summary>What people tell workers by the fleet, and real workers do. Shards are one batch of two samples.</summary>
public sealed class WorkerOrdersTests
{
    private static readonly SimulationOptions Quick = new() { ImageSize = 8, Wait = (_, _) => { } };
    private static readonly JobSpec Spec = WorkerCluster.Spec with { ShardSize = 2 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cordon_AWorkerThatDraws_FinishesWhatItHas_AndTakesNothingNewUntilUncordoned()
    {
        using var drawing = new ManualResetEventSlim();
        await using var cluster = new WorkerCluster(Quick with { Wait = (_, cancellation) => drawing.Wait(cancellation) });
        var job = await cluster.StartAsync(Spec, Prompts(16));
        var worker = await DrawingWorkerAsync(cluster);

        await cluster.Fleet.Cordon(worker.Name);
        await ReportsAsync(cluster);
        drawing.Set();

        while ((await job.GetProgress()) is { ShardsLeased: > 0 } or { ShardsFinished: 0 }) await Task.Delay(1, Cancel);
        var finished = (await job.GetProgress()).ShardsFinished;
        await ReportsAsync(cluster);
        var idle = await job.GetProgress();
        // One that was drawn, and one that was leased ahead perhaps.
        Assert.InRange(finished, 1, 2);
        Assert.Equal((finished, 0, JobStatus.Running), (idle.ShardsFinished, idle.ShardsLeased, idle.Status));
        Assert.Empty(await cluster.FilesAsync("attempts"));

        await cluster.Fleet.Uncordon(worker.Name);
        Assert.Equal((JobStatus.Completed, 16), await EndAsync(job));
    }

    [Fact]
    public async Task Drain_AWorkerThatDraws_GivesItsShardBackAtTheNextStep_WithoutAFailure()
    {
        var isDrained = new TaskCompletionSource();
        await using var cluster = new WorkerCluster(Quick with
        {
            Wait = (_, cancellation) =>
            {
                if (!isDrained.Task.IsCompleted) cancellation.WaitHandle.WaitOne();
            },
        });
        var job = await cluster.StartAsync(Spec, Prompts(16));
        var worker = await DrawingWorkerAsync(cluster);

        await cluster.Fleet.Drain(worker.Id.ToString());

        while ((await job.GetProgress()).ShardsLeased > 0) await Task.Delay(1, Cancel);
        await ReportsAsync(cluster);
        var idle = await job.GetProgress();
        Assert.Equal((0, 0, null), (idle.ShardsFinished, idle.ShardsLeased, idle.Message));
        Assert.Empty(await cluster.FilesAsync("attempts"));
        Assert.Equal(WorkerOrder.Draining, Assert.Single((await cluster.Fleet.List()).Silos.SelectMany(silo => silo.Workers)).Order);

        isDrained.SetResult();
        await cluster.Fleet.Uncordon(worker.Id.ToString());
        Assert.Equal((JobStatus.Completed, 16), await EndAsync(job));
    }

    [Fact]
    public async Task Drain_OneOfTwoWorkers_LeavesTheJobToTheOther()
    {
        using var drawing = new ManualResetEventSlim();
        await using var cluster = new WorkerCluster(Quick with { Wait = (_, cancellation) => drawing.Wait(cancellation) }, workers: 2);
        var job = await cluster.StartAsync(Spec, Prompts(16));
        var worker = await DrawingWorkerAsync(cluster);

        await cluster.Fleet.Drain(worker.Name);
        while ((await StateAsync(cluster, worker.Id)).JobId is not null) await Task.Delay(1, Cancel);
        drawing.Set();

        Assert.Equal((JobStatus.Completed, 16), await EndAsync(job));
        Assert.Equal(WorkerOrder.Draining, (await StateAsync(cluster, worker.Id)).Order);
    }

    private static string[] Prompts(int count) => [.. Enumerable.Range(0, count).Select(i => $"prompt {i}")];

    private static async Task<(JobStatus, long)> EndAsync(IJobGrain job)
    {
        var end = await WorkerCluster.EndAsync(job);
        return (end.Status, end.Finished);
    }

    private static async Task<WorkerState> StateAsync(WorkerCluster cluster, Guid worker) =>
        (await cluster.Fleet.List()).Silos.SelectMany(silo => silo.Workers).Single(state => state.Worker.Id == worker);

    private static async Task<(string Name, Guid Id)> DrawingWorkerAsync(WorkerCluster cluster)
    {
        while (true)
        {
            foreach (var state in (await cluster.Fleet.List()).Silos.SelectMany(silo => silo.Workers))
                if (state.Batch is not null) return (state.Worker.Name, state.Worker.Id);
            await Task.Delay(1, Cancel);
        }
    }

    /// <summary>Waits until the silo has reported twice: it has heard what it is to do, and its workers have had a period to do it.</summary>
    private static async Task ReportsAsync(WorkerCluster cluster)
    {
        for (var reports = 0; reports < 2; reports++)
        {
            var last = TimeSpan.Zero;
            while ((await cluster.Fleet.List()).Silos.Single().Age is var age && age >= last)
            {
                last = age;
                await Task.Delay(1, Cancel);
            }
        }
    }
}

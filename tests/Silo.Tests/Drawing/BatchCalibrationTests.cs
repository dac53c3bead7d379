using System.Runtime.InteropServices;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Calibrations;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Silo.Drawing;
using Atelier.Silo.Tests.Leasing;
using Atelier.Simulation;

namespace Atelier.Silo.Tests.Drawing;

public sealed class BatchCalibrationTests
{
    private const string File = ".calibrations/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/simulated-8px.json";
    private static readonly JobSpec Auto = WorkerCluster.Spec with { BatchSize = SizeChoice.ByDevice, ShardSize = 8 };
    private static readonly string[] Prompts = [.. Enumerable.Range(0, 20).Select(i => $"prompt {i}")];

    // Up to four samples take as long as one, more take twice as long each time.
    private static readonly SimulationOptions BestInFours = new() { ImageSize = 8, Wait = (_, _) => { }, StepTime = batch => Milliseconds(Math.Max(batch, 4)) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Measure_RatesThatRise_GoesToTheLargestBatch() =>
        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256], Tried(_ => Milliseconds(1)));

    [Fact]
    public void Measure_TwoDoublingsInVain_Stops()
    {
        Assert.Equal([1, 2, 4, 8, 16], Tried(BestInFours.StepTime));
        // One alone may be an accident: 2 is as slow as two 1s, 4 is not.
        Assert.Equal([1, 2, 4, 8, 16], Tried(batch => Milliseconds(batch == 2 ? 8 : Math.Max(batch, 4))));
    }

    [Fact]
    public void Measure_AStepOverHalfASecond_IsTheLast() => Assert.Equal([1, 2, 4], Tried(batch => Milliseconds(batch < 4 ? 500 : 501)));

    [Fact]
    public void Measure_ABatchThatDoesNotFitIntoMemory_EndsWithTheOnesThatDo() => Assert.Equal([1, 2, 4], Tried(batch => batch < 8
        ? Milliseconds(1)
        : throw new NativeError("CUDA out of memory. Tried to allocate 2.00 GiB")));

    [Fact]
    public void Measure_OtherErrorsAndABatchOfOneThatDoesNotFit_Throw()
    {
        Assert.Throws<NativeError>(() => Tried(_ => throw new NativeError("CUDA out of memory")));
        Assert.Throws<NativeError>(() => Tried(batch => batch == 1 ? Milliseconds(1) : throw new NativeError("CUDA error: an illegal address")));
    }

    [Fact]
    public async Task Run_AJobThatLeavesItsBatchOpen_ResolvesItOnceAndDrawsTheSamePixelsAsWithTheNumber()
    {
        var measured = new List<int>();
        await using var auto = new WorkerCluster(Counted(BestInFours, measured), workers: 3);
        var end = await WorkerCluster.EndAsync(await auto.StartAsync(Auto, Prompts));

        Assert.Equal((JobStatus.Completed, 4), (end.Status, end.BatchSize));
        Assert.Equal([1, 2, 4, 8, 16], measured);
        Assert.Equal(4, (await CalibrationFiles.ReadAsync(auto.Files, Auto.ModelDigest, "simulated 8px", Cancel))!.BatchSize);
        Assert.NotNull(await auto.Files.ReadAsync(File, Cancel));

        await using var number = new WorkerCluster(BestInFours);
        await WorkerCluster.EndAsync(await number.StartAsync(Auto with { BatchSize = 4 }, Prompts));
        Assert.Null(await number.Files.ReadAsync(File, Cancel));
        foreach (var file in (await number.FilesAsync("shards")).Where(file => !file.EndsWith(".json", StringComparison.Ordinal)))
            Assert.Equal(await number.Files.ReadAsync(file, Cancel), await auto.Files.ReadAsync(file, Cancel));
    }

    [Fact]
    public async Task Run_ShardsSmallerThanTheBestBatch_AreOneBatchEach()
    {
        await using var cluster = new WorkerCluster(BestInFours);
        var end = await WorkerCluster.EndAsync(await cluster.StartAsync(Auto with { ShardSize = 3 }, Prompts));

        Assert.Equal((JobStatus.Completed, 3), (end.Status, end.BatchSize));
        Assert.Equal(4, (await CalibrationFiles.ReadAsync(cluster.Files, Auto.ModelDigest, "simulated 8px", Cancel))!.BatchSize);
    }

    [Fact]
    public async Task Run_WhereACalibrationIsRecorded_MeasuresNothing()
    {
        var files = new MemoryStore();
        var recorded = new Calibration
        {
            Device = "simulated 8px",
            Measured = DateTimeOffset.UnixEpoch,
            Measurements = [new BatchMeasurement { BatchSize = 2, StepSeconds = 1 }],
        };
        await CalibrationFiles.TryCreateAsync(files, Auto.ModelDigest, recorded, Cancel);
        var measured = new List<int>();
        await using var cluster = new WorkerCluster(Counted(BestInFours, measured), files: files);

        var end = await WorkerCluster.EndAsync(await cluster.StartAsync(Auto, Prompts));

        Assert.Equal((JobStatus.Completed, 2), (end.Status, end.BatchSize));
        Assert.Empty(measured);
    }

    [Fact]
    public async Task Run_AgainWithoutTheCalibration_KeepsTheJobsBatchSize()
    {
        var files = new MemoryStore();
        var firstShard = new TaskCompletionSource();
        var slow = BestInFours with
        {
            OnBatch = requests =>
            {
                if (requests[0].Prompt == "prompt 8") firstShard.TrySetResult();
            },
            Wait = (_, cancellation) =>
            {
                if (firstShard.Task.IsCompleted) cancellation.WaitHandle.WaitOne();
            },
        };
        await using (var first = new WorkerCluster(slow, files: files))
        {
            await first.StartAsync(Auto, Prompts);
            await firstShard.Task;
            await first.StopAsync();
        }
        await files.DeleteAsync(File, Cancel);

        await using var second = new WorkerCluster(BestInFours with { StepTime = _ => throw new InvalidOperationException("nothing is to be measured") }, files: files);
        var end = await WorkerCluster.EndAsync(await second.StartAsync(Auto, Prompts));

        Assert.Equal((JobStatus.Completed, 4, 20), (end.Status, end.BatchSize, end.Finished));
        Assert.Equal(4, (await JobFiles.ReadPlanAsync(files, "job", Cancel))!.BatchSize);
    }

    [Fact]
    public async Task Run_AStoreThatTakesNoCalibration_DrawsAllTheSame()
    {
        await using var cluster = new WorkerCluster(BestInFours);
        cluster.Store.FailsToCreate = path => path == File;

        var end = await WorkerCluster.EndAsync(await cluster.StartAsync(Auto, Prompts));

        Assert.Equal((JobStatus.Completed, 4), (end.Status, end.BatchSize));
    }

    private static List<int> Tried(Func<int, TimeSpan> stepTime) => [.. BatchCalibration.Measure(stepTime).Select(one => one.BatchSize)];

    private static TimeSpan Milliseconds(double number) => TimeSpan.FromMilliseconds(number);

    private static SimulationOptions Counted(SimulationOptions options, List<int> measured) => options with
    {
        StepTime = batch =>
        {
            lock (measured) measured.Add(batch);
            return options.StepTime(batch);
        },
    };

    // What TorchSharp throws is an ExternalException, which only the runtime may make.
    private sealed class NativeError(string message) : ExternalException(message);
}

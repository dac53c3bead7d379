using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;
using Atelier.Diffusion.Pipelines;
using Atelier.Silo.Devices;
using Atelier.Silo.Drawing;
using Atelier.Simulation;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Silo.Tests.Drawing;

/// <summary>One shard of five batches of four, drawn by a simulated device that takes a minute of fake time for each, in ten steps.</summary>
internal sealed class SimulatedJob : IDisposable
{
    public const string Id = "job";

    private readonly DeviceThread _device = new("simulated", () => { }, TimeProvider.System, NullLogger.Instance);
    private readonly IReadOnlyList<PromptRow> _rows;
    private readonly JobRecord _record;

    public SimulatedJob(IStore? store = null, IReadOnlyList<string>? prompts = null)
    {
        Store = store ?? new MemoryStore();
        _rows = [.. (prompts ?? [.. Enumerable.Range(0, 20).Select(i => $"prompt {i}")]).Select((prompt, i) => new PromptRow { Index = i, Prompt = prompt })];
        Spec = new JobSpec { Model = "simulated", ModelDigest = new string('a', 64), Steps = 10, BatchSize = 4, ShardSize = 20 };
        Plan = new JobPlan { Rows = _rows.Count, ImagesPerPrompt = 1, ShardSize = 20, BatchSize = 4, ChunkRows = 1000 };
        _record = new JobRecord { Spec = Spec, Incarnation = Guid.NewGuid(), Created = default };
        Simulation = new SimulationOptions
        {
            ImageSize = 8,
            BatchTime = TimeSpan.FromMinutes(1),
            FailureRate = 0.1,
            Wait = (time, _) => Time.Advance(time),
            OnBatch = Drawn.Add,
        };
    }

    public IStore Store { get; }

    public FakeTimeProvider Time { get; } = new();

    public JobSpec Spec { get; }

    public JobPlan Plan { get; }

    public SimulationOptions Simulation { get; set; }

    /// <summary>The batches that the device was given.</summary>
    public List<IReadOnlyList<SampleRequest>> Drawn { get; } = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _device.Dispose();

    public async Task<(ShardDrawing Drawing, Func<CancellationToken, CancellationToken, Task<ShardStats>> Run)> AttemptAsync()
    {
        await JobFiles.TryCreatePromptsAsync(Store, Id, 0, _rows, Cancel);
        var model = new SimulatedModel(Simulation);
        var drawing = new ShardDrawing(new DrawingJob(Store, Id, _record, Plan, model), "test/0", _device, Time, NullLogger.Instance);
        var lease = new WorkLease { Id = Guid.NewGuid(), JobId = Id, Incarnation = _record.Incarnation, Kind = WorkKind.Draw, Shard = 0, Duration = TimeSpan.Zero };
        await drawing.PrepareAsync(lease, model.NumericsClass(4), Cancel);
        return (drawing, drawing.RunAsync);
    }

    /// <summary>Draws the shard without disturbance.</summary>
    public async Task<ShardStats> DrawAsync() => await (await AttemptAsync()).Run(Cancel, Cancel);

    /// <summary>Draws, and cancels as a batch, from 0, has done some steps.</summary>
    public async Task<ShardDrawing> DrawUntilAsync(int batch, int steps, bool drain)
    {
        using var cancelled = new CancellationTokenSource();
        var (from, left) = (Drawn.Count, steps);
        var undisturbed = Simulation;
        Simulation = undisturbed with
        {
            Wait = (time, cancellation) =>
            {
                undisturbed.Wait(time, cancellation);
                if (Drawn.Count == from + batch + 1 && left-- == 0) cancelled.Cancel();
            },
        };
        try
        {
            var (drawing, run) = await AttemptAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drain ? run(cancelled.Token, Cancel) : run(Cancel, cancelled.Token));
            return drawing;
        }
        finally
        {
            Simulation = undisturbed;
        }
    }

    public async Task<List<string>> PartsAsync() =>
        await Store.ListAsync(JobPaths.Parts(Id), Cancel).Select(entry => entry.Path).ToListAsync(Cancel);

    public async Task<(string Tar, string Parquet)> BytesAsync(ShardStats stats) => (
        Convert.ToBase64String((await Store.ReadAsync(JobPaths.AttemptTar(Id, 0, stats.Attempt), Cancel))!),
        Convert.ToBase64String((await Store.ReadAsync(JobPaths.AttemptParquet(Id, 0, stats.Attempt), Cancel))!));
}

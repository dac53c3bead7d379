using Atelier.Abstractions.Shards;
using Atelier.Dataset.Stores;
using Atelier.Silo.Drawing;

namespace Atelier.Silo.Tests.Drawing;

public sealed class ShardPartsOfAttemptsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public async Task RunAsync_AfterAnAttemptStoppedInABatch_DrawsOnlyTheRestAndWritesTheSameBytes(int finished)
    {
        using var job = new SimulatedJob();
        var undisturbed = await Undisturbed();
        await job.DrawUntilAsync(finished, steps: 5, drain: false);
        Assert.Equal(finished + 1, job.Drawn.Count);
        Assert.Equal(finished, (await job.PartsAsync()).Count);
        job.Drawn.Clear();

        var stats = await job.DrawAsync();

        Assert.Equal(5 - finished, job.Drawn.Count);
        Assert.Equal(undisturbed, await job.BytesAsync(stats));
        Assert.InRange(stats.Failed, 1, 19);
    }

    [Fact]
    public async Task RunAsync_DrainedInABatch_FinishesAndKeepsIt()
    {
        using var job = new SimulatedJob();

        await job.DrawUntilAsync(batch: 2, steps: 5, drain: true);

        Assert.Equal(3, job.Drawn.Count);
        Assert.Equal(3, (await job.PartsAsync()).Count);
        job.Drawn.Clear();
        Assert.Equal(await Undisturbed(), await job.BytesAsync(await job.DrawAsync()));
        Assert.Equal(2, job.Drawn.Count);
    }

    [Fact]
    public async Task RunAsync_DrainedInItsLastBatch_FinishesTheShard()
    {
        using var job = new SimulatedJob();
        using var drain = new CancellationTokenSource();
        var wait = job.Simulation.Wait;
        job.Simulation = job.Simulation with
        {
            Wait = (time, cancellation) =>
            {
                wait(time, cancellation);
                if (job.Drawn.Count == 5) drain.Cancel();
            },
        };
        var (_, run) = await job.AttemptAsync();

        Assert.Equal(20, (await run(drain.Token, Cancel)).Samples);
    }

    [Fact]
    public async Task RunAsync_AShardOfLessThanAMinute_KeepsNoPartsAndDrainsAtTheNextStep()
    {
        using var job = new SimulatedJob();
        job.Simulation = job.Simulation with { BatchTime = TimeSpan.FromSeconds(11) };
        var steps = 0;
        var wait = job.Simulation.Wait;
        job.Simulation = job.Simulation with
        {
            Wait = (time, cancellation) =>
            {
                steps++;
                wait(time, cancellation);
            },
        };

        var drawing = await job.DrawUntilAsync(batch: 2, steps: 5, drain: true);

        Assert.Equal(20 + 6, steps);
        Assert.Empty(await job.PartsAsync());
        Assert.False(drawing.HasParts);
    }

    [Fact]
    public async Task Drawn_OfALaterAttempt_StartsAtWhatThePartsHold()
    {
        using var job = new SimulatedJob();
        await job.DrawUntilAsync(batch: 3, steps: 0, drain: false);
        var (drawing, run) = (default(ShardDrawing)!, default(Func<CancellationToken, CancellationToken, Task<ShardStats>>)!);
        var drawn = new List<double>();
        var wait = job.Simulation.Wait;
        job.Simulation = job.Simulation with
        {
            Wait = (time, cancellation) =>
            {
                drawn.Add(drawing.Drawn);
                wait(time, cancellation);
            },
        };
        (drawing, run) = await job.AttemptAsync();

        await run(Cancel, Cancel);

        Assert.Equal(12, drawn[0]);
        Assert.Equal(12.4, drawn[1], 9);
        Assert.Equal(20, drawing.Drawn);
    }

    [Fact]
    public async Task RunAsync_ADamagedPart_IsDrawnAgainAndKeptBesideIt()
    {
        using var job = new SimulatedJob();
        await job.DrawUntilAsync(batch: 2, steps: 0, drain: false);
        var part = (await job.PartsAsync())[0];
        var content = (await job.Store.ReadAsync(part, Cancel))!;
        content[^100] ^= 1;
        await job.Store.DeleteAsync(part, Cancel);
        await job.Store.TryCreateAsync(part, content, Cancel);
        job.Drawn.Clear();

        await job.DrawUntilAsync(batch: 1, steps: 0, drain: false);

        // The damaged batch, and one more that was begun.
        Assert.Equal(["prompt 0", "prompt 8"], job.Drawn.Select(batch => batch[0].Prompt));
        Assert.Equal(2, (await job.PartsAsync()).Count(path => path.StartsWith("job/parts/00000/00000-", StringComparison.Ordinal)));
        Assert.Equal(await Undisturbed(), await job.BytesAsync(await job.DrawAsync()));
    }

    [Fact]
    public async Task RunAsync_PartsOfAnotherNumericsClass_AreNotUsed()
    {
        using var job = new SimulatedJob();
        await job.DrawUntilAsync(batch: 3, steps: 0, drain: false);
        job.Drawn.Clear();
        job.Simulation = job.Simulation with { Arithmetic = "another" };

        await job.DrawAsync();

        Assert.Equal(5, job.Drawn.Count);
    }

    [Fact]
    public async Task RunAsync_AStoreThatTakesNoParts_FinishesAllTheSame()
    {
        using var job = new SimulatedJob(new StoreWithFaults(new MemoryStore()) { FailsToCreate = path => path.Contains("/parts/", StringComparison.Ordinal) });

        var stats = await job.DrawAsync();

        Assert.Equal(await Undisturbed(), await job.BytesAsync(stats));
        Assert.Empty(await job.PartsAsync());
    }

    private static async Task<(string, string)> Undisturbed()
    {
        using var job = new SimulatedJob();
        job.Simulation = job.Simulation with { BatchTime = TimeSpan.Zero };
        var bytes = await job.BytesAsync(await job.DrawAsync());
        Assert.Empty(await job.PartsAsync());
        return bytes;
    }
}

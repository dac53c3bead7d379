using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Images;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Tests.Browser;

/// <summary>A worker that draws discs of a colour in place of a model, and only when a test tells it to.</summary>
/// <param name="grains">The cluster.</param>
/// <param name="store">Where jobs live.</param>
/// <param name="name">Its name.</param>
internal sealed class PlayedWorker(IGrainFactory grains, IStore store, string name)
{
    private const int Side = 64;
    private static readonly string Class = new('0', 64);

    public WorkerInfo Info { get; } = new(Guid.NewGuid(), name, "cpu") { ModelDigest = TestDashboard.Spec.ModelDigest };

    /// <summary>Samples that fail, by their number.</summary>
    public Func<long, bool> Fails { get; init; } = _ => false;

    /// <summary>Does so much of a job's work, or all that there is.</summary>
    public async Task WorkAsync(string job, int pieces = int.MaxValue)
    {
        var grain = grains.GetGrain<IJobGrain>(job);
        Assert.True(await grain.Admit(Info, Class));
        for (var done = 0; done < pieces && await LeaseAsync(grain) is { } lease; done++)
        {
            if (lease.Kind == WorkKind.Close) await JobClosing.CloseAsync(store, job);
            else if (lease.Kind == WorkKind.Draw) await DrawAsync(grain, job, lease);
            await grain.Complete(lease);
        }
    }

    /// <summary>Takes a shard of a job and says that it is drawing it.</summary>
    public async Task<WorkLease> HoldAsync(string job, double drawn, double samplesPerSecond)
    {
        var grain = grains.GetGrain<IJobGrain>(job);
        Assert.True(await grain.Admit(Info, Class));
        var lease = await LeaseAsync(grain) ?? throw new InvalidOperationException($"'{job}' has no work");
        await BeatAsync(lease, drawn, samplesPerSecond);
        return lease;
    }

    /// <summary>Says how far a shard is.</summary>
    public Task BeatAsync(WorkLease lease, double drawn, double samplesPerSecond) => grains.GetGrain<IJobGrain>(lease.JobId)
        .Heartbeat([new LeaseProgress(lease, new WorkProgress(drawn) { SamplesPerSecond = samplesPerSecond, StepSeconds = 0.1 })]);

    /// <summary>Fails at a job's work so many times, or until all of it is set aside.</summary>
    public async Task FailAsync(string job, string fault, int times = int.MaxValue)
    {
        var grain = grains.GetGrain<IJobGrain>(job);
        for (var failed = 0; failed < times && await LeaseAsync(grain) is { } lease; failed++) await grain.Return(lease, fault);
    }

    /// <summary>Says that it cannot do a job.</summary>
    public async Task RefuseAsync(string job, string reason)
    {
        var grain = grains.GetGrain<IJobGrain>(job);
        if (await LeaseAsync(grain) is { } lease) await grain.Refuse(lease, Info, reason);
    }

    /// <summary>What it says of itself.</summary>
    public WorkerState State(string? job, int? shard, double rate) => new() { Worker = Info, Model = "shapes", JobId = job, Shard = shard, Step = shard is null ? null : 11, ImagesPerSecond = rate };

    // A grain that has just begun waits for workers that may still be at work.
    private async Task<WorkLease?> LeaseAsync(IJobGrain grain)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            if (await grain.Lease(Info) is { } lease) return lease;
            var job = await grain.GetProgress();
            if (job.Status != JobStatus.Recovering && (job.Status != JobStatus.Running || job.ShardsLeased > 0 || job.KeptOut > 0 || job.ShardsFinished == job.Shards)) return null;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        return null;
    }

    private async Task DrawAsync(IJobGrain grain, string job, WorkLease lease)
    {
        var (record, plan) = ((await JobFiles.ReadRecordAsync(store, job))!, (await JobFiles.ReadPlanAsync(store, job))!);
        var attempt = new ShardAttempt { Job = job, Incarnation = record.Incarnation, Spec = record.Spec, Plan = plan, Shard = lease.Shard, Attempt = lease.Id, NumericsClass = Class };
        await using var writer = await ShardWriter.OpenAsync(store, attempt);
        for (var left = plan.SamplesIn(lease.Shard); left > 0; left--)
        {
            var (sample, row) = (writer.NextSample, writer.NextSample / plan.ImagesPerPrompt);
            var rows = (await JobFiles.ReadPromptsAsync(store, job, (int)(row / plan.ChunkRows), plan.ChunkRows))!;
            await writer.AddAsync(Sample(sample, rows[(int)(row % plan.ChunkRows)], (int)(sample % plan.ImagesPerPrompt)));
        }
        var stats = await writer.CompleteAsync();
        if (await grain.Commit(lease, stats) == CommitOutcome.Won) await ShardPromotion.PromoteAsync(store, job, stats);
    }

    private SampleResult Sample(long number, PromptRow row, int ordinal) => new()
    {
        Sample = number,
        Row = row,
        ImageOrdinal = ordinal,
        Seed = ulong.MaxValue - (ulong)number,
        GuidanceScale = row.GuidanceScale ?? 3,
        NegativePrompt = "",
        Tokens = 5,
        Truncated = false,
        Image = Fails(number) ? null : Disc(number),
        ErrorCode = Fails(number) ? "non-finite" : null,
        ErrorMessage = Fails(number) ? "The model's output holds NaN at step 3." : null,
    };

    private static RgbImage Disc(long number)
    {
        var pixels = new byte[Side * Side * 3];
        var (x0, y0, radius) = (20 + number * 7 % 24, 20 + number * 11 % 24, 10 + number % 9);
        for (var at = 0; at < Side * Side; at++)
        {
            var isIn = Math.Pow(at % Side - x0, 2) + Math.Pow(at / Side - y0, 2) < radius * radius;
            pixels[at * 3] = (byte)(isIn ? number * 53 % 200 : 235);
            pixels[at * 3 + 1] = (byte)(isIn ? number * 31 % 200 : 235);
            pixels[at * 3 + 2] = (byte)(isIn ? number * 97 % 200 : 228);
        }
        return new RgbImage(Side, Side, pixels);
    }
}

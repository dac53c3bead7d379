using System.Diagnostics;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Images;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;

namespace Atelier.Bench;

/// <summary>
/// What a job of many shards asks of its store, one request after another: the files of each shard, its commit, its promotion, the listing that a
/// recovery makes, and the closing files. Shards hold one sample, so that requests and not bytes are measured.
/// </summary>
internal static class ClosingBenchmark
{
    private const string Job = "closing";

    /// <summary>Prints a row for each number of shards.</summary>
    /// <param name="sizes">Shards of the jobs.</param>
    /// <param name="folder">The folder under which each job gets a store; null for stores in memory.</param>
    public static async Task RunAsync(IReadOnlyList<int> sizes, string? folder)
    {
        var table = new Table("shards", "write ms/shard", "commit ms/shard", "promote ms/shard", "same, last tenth", "listing ms", "closing ms/shard");
        Console.WriteLine($"store: {folder ?? "memory"}, {Environment.ProcessorCount} cores");
        table.WriteHead();
        table.WriteRow(["(warm-up)", .. (await MeasureAsync(200, Open("warm-up"))).Skip(1)]);
        foreach (var shards in sizes) table.WriteRow(await MeasureAsync(shards, Open($"{shards}")));

        IStore Open(string name) => folder is null ? new MemoryStore() : new DirectoryStore(Path.Combine(folder, name));
    }

    private static async Task<string[]> MeasureAsync(int shards, IStore store)
    {
        var spec = new JobSpec { Model = "bench", ModelDigest = BenchJob.ModelDigest, ShardSize = 1, BatchSize = 1 };
        var plan = new JobPlan { Rows = shards, ImagesPerPrompt = 1, ShardSize = 1, BatchSize = 1, ChunkRows = JobLimits.ChunkRows };
        var record = new JobRecord { Spec = spec, Incarnation = Guid.NewGuid(), Created = DateTimeOffset.UnixEpoch };
        await JobFiles.TryCreateRecordAsync(store, Job, record);
        await JobFiles.TryCreatePlanAsync(store, Job, plan);

        var (write, commit, promote, lastPromotions) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        var clock = new Stopwatch();
        for (var shard = 0; shard < shards; shard++)
        {
            clock.Restart();
            var stats = await WriteAsync(store, record, plan, shard);
            write += clock.Elapsed;
            clock.Restart();
            await JobFiles.TryCreateStatsAsync(store, Job, stats);
            commit += clock.Elapsed;
            clock.Restart();
            await ShardPromotion.PromoteAsync(store, Job, stats);
            promote += clock.Elapsed;
            if (shard >= shards - shards / 10) lastPromotions += clock.Elapsed;
        }
        clock.Restart();
        await foreach (var _ in store.ListAsync(JobPaths.Shards(Job))) { }
        var listing = clock.Elapsed;
        clock.Restart();
        await JobClosing.CloseAsync(store, Job);
        return
        [
            $"{shards:N0}", Each(write, shards), Each(commit, shards), Each(promote, shards), Each(lastPromotions, shards / 10),
            $"{listing.TotalMilliseconds:N0}", Each(clock.Elapsed, shards),
        ];
    }

    private static async Task<Abstractions.Shards.ShardStats> WriteAsync(IStore store, JobRecord record, JobPlan plan, int shard)
    {
        await using var writer = await ShardWriter.OpenAsync(store, new ShardAttempt
        {
            Job = Job,
            Incarnation = record.Incarnation,
            Spec = record.Spec,
            Plan = plan,
            Shard = shard,
            Attempt = Guid.NewGuid(),
            NumericsClass = "bench",
        });
        await writer.AddAsync(new SampleResult
        {
            Sample = shard,
            Row = new PromptRow { Index = shard, Prompt = $"row {shard}" },
            ImageOrdinal = 0,
            Seed = (ulong)shard,
            GuidanceScale = 3,
            NegativePrompt = "",
            Class = null,
            ClassifierScale = 0,
            Tokens = 2,
            Truncated = false,
            Image = new RgbImage(8, 8, new byte[3 * 8 * 8]),
        });
        return await writer.CompleteAsync();
    }

    private static string Each(TimeSpan time, int count) => $"{time.TotalMilliseconds / count:N2}";
}

using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Images;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Tests;

/// <summary>
/// A job as a cluster leaves it in a store: ten rows of two images, twenty samples in shards of eight, eight and four, of which numbers 3 and 13 failed; row 1 has an id and a seed.
/// </summary>
internal static class DrawnJob
{
    public static JobSpec Spec { get; } = new() { Model = "shapes", ModelDigest = new string('a', 64), ImagesPerPrompt = 2, ShardSize = 8, BatchSize = 4, Seed = 7 };

    public static JobPlan Plan { get; } = JobPlan.Of(Spec, 10);

    /// <summary>Writes it.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="shards">How many shards are committed; with all, the job is completed.</param>
    public static async Task WriteAsync(IStore store, string job, int shards = 3)
    {
        var cancel = TestContext.Current.CancellationToken;
        await JobIndex.AddAsync(store, job, cancel);
        var record = new JobRecord { Spec = Spec, Incarnation = Guid.NewGuid(), Created = DateTimeOffset.UnixEpoch };
        await JobFiles.TryCreateRecordAsync(store, job, record, cancel);
        var rows = Enumerable.Range(0, 10).Select(index => index == 1
            ? new PromptRow { Index = index, Prompt = "<b>кот</b> 🐈", Id = "cat", Seed = ulong.MaxValue }
            : new PromptRow { Index = index, Prompt = $"a red circle {index}" }).ToArray();
        await JobFiles.TryCreatePromptsAsync(store, job, 0, rows, cancel);
        await JobFiles.TryCreatePlanAsync(store, job, Plan, cancel);
        for (var shard = 0; shard < shards; shard++)
        {
            var attempt = new ShardAttempt { Job = job, Incarnation = record.Incarnation, Spec = Spec, Plan = Plan, Shard = shard, Attempt = Guid.NewGuid(), NumericsClass = new string('e', 64) };
            await using var writer = await ShardWriter.OpenAsync(store, attempt, cancel);
            for (var i = 0; i < Plan.SamplesIn(shard); i++) await writer.AddAsync(Sample(writer.NextSample, rows), cancel);
            await JobFiles.TryCreateStatsAsync(store, job, await writer.CompleteAsync(cancel), cancel);
        }
        if (shards < Plan.Shards) return;
        await JobClosing.CloseAsync(store, job, cancel);
        var outcome = new JobOutcome { Status = JobStatus.Completed, Samples = 20, Finished = 20, Failed = 2, Created = record.Created, Ended = record.Created.AddHours(1), Submitter = "ada" };
        await JobIndex.FinishAsync(store, job, outcome, cancel);
    }

    private static SampleResult Sample(long number, PromptRow[] rows)
    {
        var (row, failed) = (rows[number / 2], number % 10 == 3);
        return new SampleResult
        {
            Sample = number,
            Row = row,
            ImageOrdinal = (int)(number % 2),
            Seed = (row.Seed ?? (ulong)(100 * row.Index)) - (ulong)(number % 2),
            GuidanceScale = 3,
            NegativePrompt = "",
            Class = null,
            ClassifierScale = 0,
            Tokens = 4,
            Truncated = false,
            Image = failed ? null : new RgbImage(4, 4, [.. Enumerable.Repeat((byte)number, 48)]),
            ErrorCode = failed ? "non_finite" : null,
            ErrorMessage = failed ? "the network's output was not finite" : null,
        };
    }
}

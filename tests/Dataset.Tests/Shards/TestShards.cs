using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Images;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Images;

namespace Atelier.Dataset.Tests.Shards;

/// <summary>A small job: ten rows of two images, cut into three shards of eight, eight and four.</summary>
internal static class TestShards
{
    public static readonly JobSpec Spec = new() { Model = "shapes", ModelDigest = "ab12", ImagesPerPrompt = 2, ShardSize = 8, BatchSize = 4, Seed = 7 };

    public static readonly JobPlan Plan = new() { Rows = 10, ImagesPerPrompt = 2, ShardSize = 8, BatchSize = 4, ChunkRows = 100 };

    public static readonly Guid Incarnation = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

    public static readonly string Input = new('c', 64);

    private static readonly string[] Prompts = ["a red circle", "кот 🐈 \"left\" of a\nsquare", ""];

    public static ShardAttempt Attempt(int shard, JobSpec? spec = null, JobPlan? plan = null) => new()
    {
        Job = "job",
        Incarnation = Incarnation,
        Spec = spec ?? Spec,
        Plan = plan ?? Plan,
        Shard = shard,
        Attempt = Guid.NewGuid(),
        NumericsClass = "cpu-test",
    };

    /// <summary>Every sample whose number ends in 3 fails.</summary>
    public static SampleResult Sample(long number, RgbImage? image = null)
    {
        var failed = number % 10 == 3;
        return new SampleResult
        {
            Sample = number,
            Row = new PromptRow { Index = number / 2, Prompt = Prompts[number / 2 % Prompts.Length], Id = number < 2 ? "first" : null, Label = number == 1 ? "circle" : null, InputSha256 = number == 1 ? Input : null },
            ImageOrdinal = (int)(number % 2),
            Seed = ulong.MaxValue - (ulong)number,
            GuidanceScale = number == 1 ? 7.5 : 3,
            NegativePrompt = number == 1 ? "blurred" : "",
            Class = number == 1 ? 4 : null,
            ClassifierScale = number == 1 ? 2.5 : 0,
            Tokens = (int)number,
            Truncated = number == 5,
            Image = failed ? null : image ?? TestImages.Gradient(32, 24, blue: (int)number),
            ErrorCode = failed ? "non-finite" : null,
            ErrorMessage = failed ? "The model's output holds NaN at step 3." : null,
        };
    }

    public static async Task<ShardStats> WriteAsync(IStore store, ShardAttempt attempt, CancellationToken cancellationToken)
    {
        await using var writer = await ShardWriter.OpenAsync(store, attempt, cancellationToken);
        for (var index = 0; index < attempt.Plan.SamplesIn(attempt.Shard); index++)
            await writer.AddAsync(Sample(writer.NextSample), cancellationToken);
        return await writer.CompleteAsync(cancellationToken);
    }
}

using System.Security.Cryptography;
using System.Text;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Inputs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Images;

namespace Atelier.Dataset.Tests.Verification;

/// <summary>A job of ten rows and twenty samples in three shards, each file as a cluster makes it; made once, copied for each test.</summary>
public sealed class FinishedJob : IAsyncLifetime
{
    internal static readonly JobSpec Spec = new()
    {
        Model = "shapes",
        ModelDigest = new string('a', 64),
        ImagesPerPrompt = 2,
        ShardSize = 8,
        BatchSize = 4,
        Seed = 7,
    };

    internal static readonly JobPlan Plan = JobPlan.Of(Spec, 10) with { ChunkRows = 4 };

    internal static readonly Guid Incarnation = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");

    private static readonly string Numerics = new('e', 64);

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <summary>The file name of the job's input.</summary>
    public string Input { get; private set; } = "";

    /// <summary>Some function, which tests need not share with the samplers.</summary>
    public static ulong SeedOf(ulong jobSeed, long row, ulong? rowSeed, int image) => (rowSeed ?? jobSeed * 1000 + (ulong)row) * 100 + (ulong)image;

    public async ValueTask InitializeAsync()
    {
        var store = new MemoryStore();
        await WriteAsync(store, Spec, Plan, default);
        await JobClosing.CloseAsync(store, "job");
        await foreach (var entry in store.ListAsync("")) _files.Add(entry.Path, (await store.ReadAsync(entry.Path))!);
        Input = Path.GetFileNameWithoutExtension(_files.Keys.Single(path => path.Contains("/inputs/", StringComparison.Ordinal)));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The files, to be changed.</summary>
    internal JobEditor Edit() => new(_files);

    /// <summary>Writes a job whose shards are all committed.</summary>
    internal static async Task WriteAsync(IStore store, JobSpec spec, JobPlan plan, CancellationToken cancellationToken)
    {
        await JobFiles.TryCreateRecordAsync(store, "job", new JobRecord { Spec = spec, Incarnation = Incarnation, Created = DateTimeOffset.UnixEpoch }, cancellationToken);
        await JobFiles.TryCreatePlanAsync(store, "job", plan, cancellationToken);
        await store.TryCreateAsync("job/numerics.json", Encoding.UTF8.GetBytes($"{{ \"numerics_class\": \"{Numerics}\" }}\n"), cancellationToken);
        var state = new JobDecision { Scheduling = new JobScheduling { Submitter = "ada" } };
        await JobDecisionFiles.TryCreateAsync(store, "job", 0, state, cancellationToken);
        await JobDecisionFiles.TryCreateAsync(store, "job", 1, state with { Lifecycle = JobLifecycle.Paused }, cancellationToken);
        await JobDecisionFiles.TryCreateAsync(store, "job", 2, state with { Round = 1 }, cancellationToken);
        var input = new InputImage(2, new byte[12], [true, false, false, true]).Encode();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(input));
        await JobInputs.AddAsync(store, "job", sha256, input, cancellationToken);
        var rows = Rows(plan.Rows, sha256);
        foreach (var (chunk, number) in rows.Chunk(plan.ChunkRows).Select((chunk, number) => (chunk, number)))
            await JobFiles.TryCreatePromptsAsync(store, "job", number, chunk, cancellationToken);
        for (var shard = 0; shard < plan.Shards; shard++)
        {
            var attempt = new ShardAttempt
            {
                Job = "job",
                Incarnation = Incarnation,
                Spec = spec,
                Plan = plan,
                Shard = shard,
                Attempt = Guid.NewGuid(),
                NumericsClass = Numerics,
            };
            await using var writer = await ShardWriter.OpenAsync(store, attempt, cancellationToken);
            for (var i = 0; i < plan.SamplesIn(shard); i++) await writer.AddAsync(Sample(writer.NextSample, rows, spec), cancellationToken);
            await JobFiles.TryCreateStatsAsync(store, "job", await writer.CompleteAsync(cancellationToken), cancellationToken);
        }
    }

    // One row of each kind, the rest plain.
    private static PromptRow[] Rows(long count, string input) => [.. Enumerable.Range(0, (int)count).Select(index => index switch
    {
        1 => new PromptRow { Index = index, Prompt = "кот 🐈 \"left\" of a\nsquare", Id = "cat", Seed = 77, GuidanceScale = 7.5, NegativePrompt = "blurred" },
        2 or 7 => new PromptRow { Index = index, Prompt = "", Label = "circle" },
        4 => new PromptRow { Index = index, Prompt = "a hole", InputSha256 = input },
        _ => new PromptRow { Index = index, Prompt = $"a red circle {index}" },
    })];

    // Every sample whose number ends in 3 fails.
    private static SampleResult Sample(long number, PromptRow[] rows, JobSpec spec)
    {
        var (row, image, failed) = (rows[number / spec.ImagesPerPrompt], (int)(number % spec.ImagesPerPrompt), number % 10 == 3);
        return new SampleResult
        {
            Sample = number,
            Row = row,
            ImageOrdinal = image,
            Seed = SeedOf(spec.Seed, row.Index, row.Seed, image),
            GuidanceScale = row.GuidanceScale ?? spec.GuidanceScale,
            NegativePrompt = row.NegativePrompt ?? spec.NegativePrompt,
            Class = row.Label is null ? null : 4,
            ClassifierScale = row.Label is null ? 0 : spec.ClassifierScale,
            Tokens = (int)number,
            Truncated = number == 5,
            Image = failed ? null : TestImages.Gradient(32, 24, blue: (int)number),
            ErrorCode = failed ? "non_finite" : null,
            ErrorMessage = failed ? "the network's output was not finite" : null,
        };
    }
}

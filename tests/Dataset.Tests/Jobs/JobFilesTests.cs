using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Jobs;

public sealed class JobFilesTests
{
    private static readonly JobSpec Spec = new() { Model = "shapes", ModelDigest = "ab12", Seed = ulong.MaxValue, GuidanceScale = 4.5 };

    private static readonly JobPlan Plan = new() { Rows = 10, ImagesPerPrompt = 3, ShardSize = 8, BatchSize = 4, ChunkRows = 1000 };

    private static readonly ShardStats Stats = new()
    {
        Shard = 2,
        Incarnation = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        Attempt = Guid.Parse("ffeeddcc-bbaa-9988-7766-554433221100"),
        FirstSample = 16,
        Samples = 8,
        Failed = 1,
        Truncated = 2,
        Errors = new Dictionary<string, int> { ["non-finite"] = 1 },
        TarSha256 = "aa",
        TarBytes = 5_000_000_000,
        ParquetSha256 = "bb",
        ParquetBytes = 7,
        NumericsClass = "cc",
    };

    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Record_WrittenAndRead_IsTheSame()
    {
        var record = new JobRecord { Spec = Spec, Incarnation = Stats.Incarnation, Created = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero) };

        Assert.Null(await JobFiles.ReadRecordAsync(_store, "job", Cancel));
        Assert.True(await JobFiles.TryCreateRecordAsync(_store, "job", record, Cancel));
        Assert.False(await JobFiles.TryCreateRecordAsync(_store, "job", record with { Incarnation = Guid.Empty }, Cancel));

        Assert.Equal(record, await JobFiles.ReadRecordAsync(_store, "job", Cancel));
        Assert.Equal(
            """
            {
              "spec": {
                "model": "shapes",
                "model_digest": "ab12",
                "guidance_scale": 4.5,
                "sampler": "ancestral",
                "steps": 30,
                "eta": 0,
                "images_per_prompt": 1,
                "seed": 18446744073709551615,
                "batch_size": "by-job",
                "shard_size": "by-job",
                "format": "png",
                "quality": 95,
                "numerics": "same",
                "guidance": {
                  "method": "plain",
                  "interval_start": 0,
                  "interval_end": 1,
                  "weights": "constant",
                  "rescale": 0,
                  "threshold_percentile": 1,
                  "apg_eta": 0,
                  "apg_norm_threshold": 15,
                  "apg_momentum": -0.5
                },
                "negative_prompt": "",
                "classifier_scale": 1,
                "upsample": true
              },
              "incarnation": "00112233-4455-6677-8899-aabbccddeeff",
              "created": "2026-07-01T12:00:00+00:00"
            }

            """,
            await TextAsync("job/job.json"));
    }

    [Fact]
    public async Task Plan_WrittenAndRead_IsTheSame()
    {
        Assert.Null(await JobFiles.ReadPlanAsync(_store, "job", Cancel));
        Assert.True(await JobFiles.TryCreatePlanAsync(_store, "job", Plan, Cancel));
        Assert.False(await JobFiles.TryCreatePlanAsync(_store, "job", Plan, Cancel));

        Assert.Equal(Plan, await JobFiles.ReadPlanAsync(_store, "job", Cancel));
        Assert.Equal(
            """
            {
              "shard_format": 2,
              "rows": 10,
              "images_per_prompt": 3,
              "shard_size": 8,
              "batch_size": 4,
              "chunk_rows": 1000,
              "samples": 30,
              "shards": 4
            }

            """,
            await TextAsync("job/plan.json"));
    }

    [Fact]
    public async Task Plan_WithAnOpenBatchSize_HasTheFirstThatIsWritten()
    {
        Assert.True(await JobFiles.TryCreatePlanAsync(_store, "job", Plan with { BatchSize = null }, Cancel));
        Assert.Contains("\"batch_size\": \"auto\",", await TextAsync("job/plan.json"), StringComparison.Ordinal);
        Assert.Null((await JobFiles.ReadPlanAsync(_store, "job", Cancel))!.BatchSize);

        Assert.True(await JobFiles.TryCreateBatchAsync(_store, "job", 4, Cancel));
        Assert.False(await JobFiles.TryCreateBatchAsync(_store, "job", 8, Cancel));

        Assert.Equal(Plan, await JobFiles.ReadPlanAsync(_store, "job", Cancel));
        Assert.Equal("{\n  \"batch_size\": 4\n}\n", await TextAsync("job/batch.json"));
    }

    [Fact]
    public async Task ReadPlanAsync_DamagedBatch_NamesThePath()
    {
        await JobFiles.TryCreatePlanAsync(_store, "job", Plan with { BatchSize = null }, Cancel);
        await JobFiles.TryCreateBatchAsync(_store, "job", 5000, Cancel);

        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => JobFiles.ReadPlanAsync(_store, "job", Cancel));

        Assert.Equal("job/batch.json is damaged: batch_size is 5000; allowed: 1 to 4096.", exception.Message);
    }

    [Fact]
    public async Task Stats_WrittenAndRead_AreTheSame()
    {
        Assert.Null(await JobFiles.ReadStatsAsync(_store, "job", 2, Cancel));
        Assert.True(await JobFiles.TryCreateStatsAsync(_store, "job", Stats, Cancel));
        Assert.False(await JobFiles.TryCreateStatsAsync(_store, "job", Stats with { Attempt = Guid.Empty }, Cancel));

        var read = await JobFiles.ReadStatsAsync(_store, "job", 2, Cancel);
        Assert.NotNull(read);
        Assert.Equal(Stats.Errors, read.Errors);
        Assert.Equal(Stats, read with { Errors = Stats.Errors });
        Assert.Contains("\"tar_sha256\": \"aa\"", await TextAsync("job/shards/00002.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prompts_WrittenAndRead_AreTheSameRowsAtTheChunksPlace()
    {
        PromptRow[] rows =
        [
            new() { Index = 2000, Prompt = "a red circle" },
            new() { Index = 2001, Prompt = "", Id = "n° 7", Seed = ulong.MaxValue, GuidanceScale = 0.1, NegativePrompt = "blurred", Label = "7", InputSha256 = new string('c', 64) },
            new() { Index = 2002, Prompt = "кот \"quoted\"\nand <b>\u2028 \U0001F408" },
        ];

        Assert.Null(await JobFiles.ReadPromptsAsync(_store, "job", 2, 1000, Cancel));
        Assert.True(await JobFiles.TryCreatePromptsAsync(_store, "job", 2, rows, Cancel));
        Assert.False(await JobFiles.TryCreatePromptsAsync(_store, "job", 2, [], Cancel));

        Assert.Equal(rows, await JobFiles.ReadPromptsAsync(_store, "job", 2, 1000, Cancel));
        Assert.Equal(
            """
            {"prompt":"a red circle"}
            {"prompt":"","id":"n° 7","seed":18446744073709551615,"guidance_scale":0.1,"negative_prompt":"blurred","label":"7","input_sha256":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"}
            {"prompt":"кот \"quoted\"\nand <b>\u2028 \uD83D\uDC08"}

            """,
            await TextAsync("job/prompts/00002.jsonl"));
    }

    [Fact]
    public async Task Prompts_NoRows_AreAnEmptyChunk()
    {
        Assert.True(await JobFiles.TryCreatePromptsAsync(_store, "job", 0, [], Cancel));

        Assert.Equal([], await JobFiles.ReadPromptsAsync(_store, "job", 0, 1000, Cancel) ?? [new() { Index = 0, Prompt = "null" }]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"rows\": 10")]
    [InlineData("{\"rows\": 10}")]
    [InlineData("{\"shard_format\": 2, \"rows\": 10}")]
    [InlineData("""{"shard_format":2,"rows":10,"images_per_prompt":3,"shard_size":8,"batch_size":4,"chunk_rows":1000,"extra":1}""")]
    [InlineData("""{"shard_format":2,"rows":"ten","images_per_prompt":3,"shard_size":8,"batch_size":4,"chunk_rows":1000}""")]
    [InlineData("""{"shard_format":2,"rows":10,"images_per_prompt":3,"shard_size":0,"batch_size":4,"chunk_rows":1000}""")]
    public async Task ReadPlanAsync_DamagedFile_NamesThePath(string content)
    {
        await _store.TryCreateAsync("job/plan.json", Encoding.UTF8.GetBytes(content), Cancel);

        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => JobFiles.ReadPlanAsync(_store, "job", Cancel));

        Assert.StartsWith("job/plan.json is damaged: ", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task ReadPlanAsync_AnotherFormat_IsRefusedWhateverElseItHas(int format)
    {
        await _store.TryCreateAsync("job/plan.json", Encoding.UTF8.GetBytes($$"""{"shard_format":{{format}},"rows":10,"what_comes_later":[1]}"""), Cancel);

        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => JobFiles.ReadPlanAsync(_store, "job", Cancel));

        Assert.Equal($"job/plan.json has shard_format {format}; this version knows 2: use the version of Atelier that began the job", exception.Message);
    }

    [Fact]
    public async Task ReadRecordAsync_NullWhereTextBelongs_NamesThePath()
    {
        await _store.TryCreateAsync(
            "job/job.json",
            """{"spec":{"model":null,"model_digest":"a"},"incarnation":"00112233-4455-6677-8899-aabbccddeeff","created":"2026-07-01T12:00:00Z"}"""u8.ToArray(),
            Cancel);

        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => JobFiles.ReadRecordAsync(_store, "job", Cancel));

        Assert.StartsWith("job/job.json is damaged: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadStatsAsync_StatsOfAnotherShard_NamesThePath()
    {
        await JobFiles.TryCreateStatsAsync(_store, "job", Stats, Cancel);
        await _store.TryPromoteAsync("job/shards/00002.json", "job/shards/00003.json", Cancel);

        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => JobFiles.ReadStatsAsync(_store, "job", 3, Cancel));

        Assert.Equal("job/shards/00003.json is damaged: it is about shard 2.", exception.Message);
    }

    [Theory]
    [InlineData("{\"prompt\":\"a\"}\n{\"prompt\":\"b\"", "job/prompts/00000.jsonl line 2 is damaged: it is cut short.")]
    [InlineData("{\"prompt\":\"a\"}\nx\n", "job/prompts/00000.jsonl line 2 is damaged: ")]
    [InlineData("{\"id\":\"a\"}\n", "job/prompts/00000.jsonl line 1 is damaged: ")]
    public async Task ReadPromptsAsync_DamagedFile_NamesPathAndLine(string content, string message)
    {
        await _store.TryCreateAsync("job/prompts/00000.jsonl", Encoding.UTF8.GetBytes(content), Cancel);

        var exception = await Assert.ThrowsAsync<InvalidInputException>(() => JobFiles.ReadPromptsAsync(_store, "job", 0, 10, Cancel));

        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
    }

    private async Task<string> TextAsync(string path) => Encoding.UTF8.GetString((await _store.ReadAsync(path, Cancel))!);
}

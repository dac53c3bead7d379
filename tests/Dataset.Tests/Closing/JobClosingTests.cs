using System.Text;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Images;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Parts;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Staging;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Tests.Shards;
using Atelier.Dataset.Tests.Stores;

namespace Atelier.Dataset.Tests.Closing;

public sealed class JobClosingTests : IDisposable
{
    private static readonly string[] ClosedFiles =
    [
        "job/README.md", "job/contact-sheet.png", "job/errors.jsonl", "job/job.json", "job/plan.json",
        "job/shards/00000.json", "job/shards/00000.parquet", "job/shards/00000.tar",
        "job/shards/00001.json", "job/shards/00001.parquet", "job/shards/00001.tar",
        "job/shards/00002.json", "job/shards/00002.parquet", "job/shards/00002.tar",
        "job/summary.json",
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CloseAsync_CommittedShards_CompletesTheJob()
    {
        await CommitAllAsync(_store);
        // A lost attempt, half of one, and a shard that is promoted already.
        await TestShards.WriteAsync(_store, TestShards.Attempt(1), Cancel);
        await _store.TryCreateAsync(TestShards.Attempt(2).TarPath, "half"u8.ToArray(), Cancel);
        await new ShardParts(_store, TestShards.Attempt(2)).KeepAsync(0, [], Cancel);
        await ShardPromotion.PromoteAsync(_store, "job", (await JobFiles.ReadStatsAsync(_store, "job", 0, Cancel))!, Cancel);

        var summary = await JobClosing.CloseAsync(_store, "job", Cancel);

        Assert.Equal(ClosedFiles, await PathsAsync(_store));
        Assert.Equal((20, 18, 2, 1, 3), (summary.Samples, summary.Images, summary.Failed, summary.Truncated, summary.Shards));
        Assert.Equal(new Dictionary<string, long> { ["non-finite"] = 2 }, summary.Errors);
        Assert.Equal(["cpu-test"], summary.NumericsClasses);
        var files = await _store.ListAsync("job/shards/", Cancel).ToListAsync(Cancel);
        Assert.Equal(files.Where(file => !file.Path.EndsWith(".json", StringComparison.Ordinal)).Sum(file => file.Length), summary.Bytes);
        Assert.Equal((TestShards.Spec, TestShards.Plan), (summary.Spec, summary.Plan));
        Assert.Equal(
            """
            {"key":"000000003","id":null,"prompt":"кот \uD83D\uDC08 \"left\" of a\nsquare","row":1,"image":1,"seed":"18446744073709551612","error_code":"non-finite","error_message":"The model's output holds NaN at step 3."}
            {"key":"000000013","id":null,"prompt":"a red circle","row":6,"image":1,"seed":"18446744073709551602","error_code":"non-finite","error_message":"The model's output holds NaN at step 3."}

            """,
            await TextAsync(_store, "job/errors.jsonl"));
    }

    [Fact]
    public async Task CloseAsync_Fingerprint_IsWhatTheCardSaysHowToCompute()
    {
        var store = new DirectoryStore(_folder.Path);
        await CommitAllAsync(store);

        var summary = await JobClosing.CloseAsync(store, "job", Cancel);

        const string Command = "find shards -name '*.tar' -o -name '*.parquet' | LC_ALL=C sort | xargs sha256sum | sha256sum";
        Assert.Equal($"{summary.DatasetSha256}  -\n", await Processes.RunAsync(_folder.File("job"), "sh", "-c", Command));
        var card = await TextAsync(store, "job/README.md");
        Assert.Contains(Command, card, StringComparison.Ordinal);
        Assert.Contains(summary.DatasetSha256, card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CloseAsync_OfTwoRunsOfOneJob_MakesTheSameFiles()
    {
        var other = new DirectoryStore(_folder.Path);
        await CommitAllAsync(_store);
        await CommitAllAsync(other);

        await JobClosing.CloseAsync(_store, "job", Cancel);
        await JobClosing.CloseAsync(other, "job", Cancel);

        Assert.Equal(ClosedFiles, await PathsAsync(other));
        // Stats name attempts, which differ.
        foreach (var path in ClosedFiles.Except(["job/shards/00000.json", "job/shards/00001.json", "job/shards/00002.json"]))
            Assert.Equal(await _store.ReadAsync(path, Cancel), await other.ReadAsync(path, Cancel));
    }

    [Fact]
    public async Task CloseAsync_KilledAfterAnyOfItsWrites_IsFinishedByTheNext()
    {
        await CommitAllAsync(_store);
        var expected = await JobClosing.CloseAsync(_store, "job", Cancel);
        var changes = 0;
        for (var done = false; !done; changes++)
        {
            var store = new MemoryStore();
            await CommitAllAsync(store);
            try
            {
                await JobClosing.CloseAsync(new DyingStore(store, changes), "job", Cancel);
                done = true;
            }
            catch (IOException)
            {
                Assert.Null(await JobFiles.ReadSummaryAsync(store, "job", Cancel));
            }

            var summary = await JobClosing.CloseAsync(store, "job", Cancel);
            Assert.Equal(expected.DatasetSha256, summary.DatasetSha256);
            Assert.Equal(ClosedFiles, await PathsAsync(store));
            Assert.Equal(await _store.ReadAsync("job/summary.json", Cancel), await store.ReadAsync("job/summary.json", Cancel));
            Assert.Equal(await _store.ReadAsync("job/errors.jsonl", Cancel), await store.ReadAsync("job/errors.jsonl", Cancel));
        }
        // Two promotions and two deletions for each of three shards; errors, contact sheet, card, summary.
        Assert.Equal((3 * 4) + 4 + 1, changes);
    }

    [Fact]
    public async Task CloseAsync_TwiceAtOnceAndOnceAgain_GivesTheSameSummary()
    {
        await CommitAllAsync(_store);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => JobClosing.CloseAsync(_store, "job", Cancel))));
        var content = await TextAsync(_store, "job/summary.json");
        var again = await JobClosing.CloseAsync(_store, "job", Cancel);

        Assert.Equal(ClosedFiles, await PathsAsync(_store));
        Assert.Equal(content, await TextAsync(_store, "job/summary.json"));
        Assert.Contains(again.DatasetSha256, content, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("job/README.md")]
    [InlineData("job/contact-sheet.png")]
    [InlineData("job/errors.jsonl")]
    public async Task CloseAsync_ClosedJobThatLostAFile_MakesItAgain(string path)
    {
        await CommitAllAsync(_store);
        await JobClosing.CloseAsync(_store, "job", Cancel);
        var content = await _store.ReadAsync(path, Cancel);
        await _store.DeleteAsync(path, Cancel);

        await JobClosing.CloseAsync(_store, "job", Cancel);

        Assert.Equal(content, await _store.ReadAsync(path, Cancel));
    }

    [Fact]
    public async Task CloseAsync_SummaryOfOtherShards_IsRefused()
    {
        await CommitAllAsync(_store);
        var summary = await JobClosing.CloseAsync(_store, "job", Cancel);
        await _store.DeleteAsync("job/summary.json", Cancel);
        await JobFiles.TryCreateSummaryAsync(_store, "job", summary with { DatasetSha256 = new string('0', 64) }, Cancel);

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => JobClosing.CloseAsync(_store, "job", Cancel));

        Assert.Equal($"'job/summary.json' has the dataset_sha256 {new string('0', 64)}; that of the job's shards is {summary.DatasetSha256}", refused.Message);
    }

    [Fact]
    public async Task CloseAsync_ShardNotCommitted_IsRefusedAndNamesItsStats()
    {
        await CommitAllAsync(_store, shards: 2);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => JobClosing.CloseAsync(_store, "job", Cancel));

        Assert.Equal("The job cannot be closed: the store has no 'job/shards/00002.json'.", exception.Message);
        Assert.DoesNotContain("job/errors.jsonl", await PathsAsync(_store));
    }

    [Fact]
    public async Task CloseAsync_NoImages_MakesNoContactSheet()
    {
        var plan = TestShards.Plan with { Rows = 1, ImagesPerPrompt = 1 };
        var spec = TestShards.Spec with { ImagesPerPrompt = 1 };
        await CreateAsync(_store, spec, plan);
        var attempt = TestShards.Attempt(0, spec, plan);
        await using (var writer = await ShardWriter.OpenAsync(_store, attempt, Cancel))
        {
            await writer.AddAsync(TestShards.Sample(3) with { Sample = 0 }, Cancel);
            await JobFiles.TryCreateStatsAsync(_store, "job", await writer.CompleteAsync(Cancel), Cancel);
        }

        var summary = await JobClosing.CloseAsync(_store, "job", Cancel);

        Assert.Equal((1, 0, 1), (summary.Samples, summary.Images, summary.Failed));
        Assert.DoesNotContain("job/contact-sheet.png", await PathsAsync(_store));
        Assert.DoesNotContain("contact-sheet", await TextAsync(_store, "job/README.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContactSheet_OfMoreImagesThanItShows_HasThemSpreadOverTheJob()
    {
        var plan = TestShards.Plan with { Rows = 100, ImagesPerPrompt = 1, ShardSize = 30 };
        var spec = TestShards.Spec with { ImagesPerPrompt = 1, ShardSize = 30 };
        await CreateAsync(_store, spec, plan);
        for (var shard = 0; shard < 4; shard++)
            await CommitAsync(_store, TestShards.Attempt(shard, spec, plan));

        await JobClosing.CloseAsync(_store, "job", Cancel);

        // 90 of the 100 samples have an image. The k-th of 48 shown is number 90 k / 48 of them; the blue of sample n's image is n.
        var sheet = ImageDecoder.Decode((await _store.ReadAsync("job/contact-sheet.png", Cancel))!);
        var images = Enumerable.Range(0, 100).Where(number => number % 10 != 3).ToArray();
        var blues = Enumerable.Range(0, 48).Select(index =>
        {
            var (x, y) = (24 + (index % 8 * 144) + 64, 60 + (index / 8 * 192) + 64);
            return (int)sheet.Pixels[(3 * ((y * sheet.Width) + x)) + 2];
        });
        Assert.Equal(Enumerable.Range(0, 48).Select(index => images[90 * index / 48]), blues);
    }

    [Fact]
    public async Task Card_SaysWhatTheDatasetIsAndHowToReadIt()
    {
        await CommitAllAsync(_store);

        await JobClosing.CloseAsync(_store, "job", Cancel);

        var card = await TextAsync(_store, "job/README.md");
        Assert.StartsWith(
            """
            ---
            pretty_name: "Images by shapes"
            task_categories:
            - text-to-image
            tags:
            - synthetic
            - webdataset
            size_categories:
            - n<1K
            configs:
            - config_name: images
              data_files: shards/*.tar
              default: true
            - config_name: metadata
              data_files: shards/*.parquet
            ---

            # Images by shapes

            18 synthetic images of 10 prompts, made by guided diffusion with the model `shapes`.
            2 samples could not be made (`non-finite` 2); `errors.jsonl` lists them.
            Of 1 sample the prompt was cut to what the model can read.

            ![Some of the images](contact-sheet.png)

            ## How they were made

            | setting | value |
            | --- | --- |
            | model | `shapes`, SHA-256 `ab12` |
            | sampler | ancestral, 30 steps |
            | guidance scale | 3, unless a row has its own |
            | seed of the job | 7 |
            | batch | 4 samples, in shards of 8 |
            | numerics | `cpu-test` |
            | images | png |


            """,
            card,
            StringComparison.Ordinal);
        Assert.Contains("`shards/*.tar`: 3 files; for each sample `{key}.png`, `{key}.txt`", card, StringComparison.Ordinal);
        Assert.Contains("FROM 'shards/*.parquet' WHERE status = 'ok'", card, StringComparison.Ordinal);
        Assert.EndsWith("sha256sum | sha256sum\n```\n", card, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CloseAsync_OneShardTakesLong_OthersAreReadMeanwhileAndTheOrderIsKept()
    {
        var other = new MemoryStore();
        await CommitAllAsync(_store);
        await CommitAllAsync(other);
        var expected = await JobClosing.CloseAsync(other, "job", Cancel);
        var last = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var store = new DyingStore(_store, int.MaxValue)
        {
            BeforeReading = path =>
            {
                if (path == "job/shards/00002.json") last.TrySetResult();
                return path == "job/shards/00000.json" ? last.Task : Task.CompletedTask;
            },
        };

        var summary = await JobClosing.CloseAsync(store, "job", Cancel).WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        Assert.Equal(expected.DatasetSha256, summary.DatasetSha256);
        Assert.Equal(await TextAsync(other, "job/errors.jsonl"), await TextAsync(_store, "job/errors.jsonl"));
    }

    private static async Task CommitAllAsync(IStore store, int shards = 3)
    {
        await CreateAsync(store, TestShards.Spec, TestShards.Plan);
        for (var shard = 0; shard < shards; shard++)
            await CommitAsync(store, TestShards.Attempt(shard));
    }

    private static async Task CreateAsync(IStore store, JobSpec spec, JobPlan plan)
    {
        var record = new JobRecord { Spec = spec, Incarnation = TestShards.Incarnation, Created = DateTimeOffset.UnixEpoch };
        Assert.True(await JobFiles.TryCreateRecordAsync(store, "job", record, Cancel));
        Assert.True(await JobFiles.TryCreatePlanAsync(store, "job", plan, Cancel));
    }

    private static async Task CommitAsync(IStore store, ShardAttempt attempt)
    {
        var stats = await TestShards.WriteAsync(store, attempt, Cancel);
        Assert.True(await JobFiles.TryCreateStatsAsync(store, "job", stats, Cancel));
    }

    private static async Task<string[]> PathsAsync(IStore store) => await store.ListAsync("", Cancel).Select(entry => entry.Path).ToArrayAsync(Cancel);

    private static async Task<string> TextAsync(IStore store, string path) => Encoding.UTF8.GetString((await store.ReadAsync(path, Cancel))!);
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Atelier.Abstractions;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Images;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Shards;

public sealed class ShardWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CompleteAsync_GivesTheStatsOfTheFilesItWrote()
    {
        var attempt = TestShards.Attempt(0);
        var stats = await TestShards.WriteAsync(_store, attempt, Cancel);

        var tar = (await _store.ReadAsync(attempt.TarPath, Cancel))!;
        var parquet = (await _store.ReadAsync(attempt.ParquetPath, Cancel))!;
        Assert.Equal(new Dictionary<string, int> { ["non-finite"] = 1 }, stats.Errors);
        Assert.Equal(
            new ShardStats
            {
                Shard = 0,
                Incarnation = TestShards.Incarnation,
                Attempt = attempt.Attempt,
                FirstSample = 0,
                Samples = 8,
                Failed = 1,
                Truncated = 1,
                Errors = stats.Errors,
                TarSha256 = Convert.ToHexStringLower(SHA256.HashData(tar)),
                TarBytes = tar.Length,
                ParquetSha256 = Convert.ToHexStringLower(SHA256.HashData(parquet)),
                ParquetBytes = parquet.Length,
                NumericsClass = "cpu-test",
            },
            stats);
    }

    [Theory]
    [InlineData(ImageFormats.Png)]
    [InlineData(ImageFormats.Jpg)]
    [InlineData(ImageFormats.Webp)]
    public async Task TwoAttempts_AtTheSameSamples_WriteTheSameBytes(string format)
    {
        var spec = TestShards.Spec with { Format = format };
        await TestShards.WriteAsync(_store, TestShards.Attempt(1, spec), Cancel);
        var (first, second) = (TestShards.Attempt(1, spec), TestShards.Attempt(1, spec) with { Job = "other", Incarnation = Guid.NewGuid() });
        var elsewhere = new DirectoryStore(_folder.Path);

        var stats = await TestShards.WriteAsync(_store, first, Cancel);
        var again = await TestShards.WriteAsync(elsewhere, second, Cancel);

        Assert.Equal((stats.TarSha256, stats.ParquetSha256), (again.TarSha256, again.ParquetSha256));
        Assert.Equal(await _store.ReadAsync(first.TarPath, Cancel), await elsewhere.ReadAsync(second.TarPath, Cancel));
        Assert.Equal(await _store.ReadAsync(first.ParquetPath, Cancel), await elsewhere.ReadAsync(second.ParquetPath, Cancel));
    }

    [Fact]
    public async Task Tar_ReadByGnuTar_HasTheFilesInOrderWithoutOwnersOrTimes()
    {
        var attempt = TestShards.Attempt(2);
        await TestShards.WriteAsync(_store, attempt, Cancel);
        var path = _folder.Write("shard.tar", (await _store.ReadAsync(attempt.TarPath, Cancel))!);

        var listing = await RunAsync("tar", "--utc", "--full-time", "--numeric-owner", "-tvf", path);

        Assert.Equal(
            [.. Enumerable.Range(16, 4).SelectMany(number => new[] { $"0000000{number}.png", $"0000000{number}.txt", $"0000000{number}.json" })],
            listing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[^1]));
        Assert.All(
            listing.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches(@"^-rw-r--r-- 0/0 +\d+ 1970-01-01 00:00:00 ", line));
    }

    [Fact]
    public async Task Tar_ReadByPython_HasPromptsMetadataAndImages()
    {
        var attempt = TestShards.Attempt(0);
        await TestShards.WriteAsync(_store, attempt, Cancel);
        var path = _folder.Write("shard.tar", (await _store.ReadAsync(attempt.TarPath, Cancel))!);
        const string Script =
            """
            import sys, tarfile, json, hashlib
            tar = tarfile.open(sys.argv[1], "r:")
            names = [m.name for m in tar]
            stems = list(dict.fromkeys(n.split(".")[0] for n in names))
            assert names == [s + e for s in stems for e in (".png", ".txt", ".json")], names
            for m in tar:
                assert (m.uid, m.gid, m.uname, m.gname, m.mtime, m.mode) == (0, 0, "", "", 0, 0o644), m
            for s in stems:
                meta = json.loads(tar.extractfile(s + ".json").read())
                assert meta["key"] == s and type(meta["guidance_scale"]) is float and type(meta["eta"]) is float
                assert meta["prompt"] == tar.extractfile(s + ".txt").read().decode()
                # Sample 1 alone has a class; all have the same fields of the same types.
                assert meta["class"] == (4 if s == "000000001" else -1)
                kinds = {name: type(value) for name, value in meta.items()}
                assert kinds == globals().setdefault("first", kinds) and type(None) not in kinds.values(), kinds
                print(s, meta["seed"], meta["guidance_scale"], hashlib.sha256(tar.extractfile(s + ".png").read()).hexdigest())
            """;

        var output = await RunAsync("python3", "-c", Script, path);

        // Sample 3 failed and has no files.
        var expected = new[] { 0, 1, 2, 4, 5, 6, 7 }.Select(number =>
        {
            var png = ImageEncoder.Encode(TestShards.Sample(number).Image!, ImageFormats.Png, 95);
            var scale = number == 1 ? "7.5" : "3.0";
            return $"00000000{number} {ulong.MaxValue - (ulong)number} {scale} {Convert.ToHexStringLower(SHA256.HashData(png))}";
        });
        Assert.Equal(expected, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Tar_Metadata_IsWhatTheSampleWasMadeFrom()
    {
        var attempt = TestShards.Attempt(0);
        var stats = await TestShards.WriteAsync(_store, attempt, Cancel);

        var images = await ShardReader.ReadImagesAsync(_store, "job", stats, Cancel).ToListAsync(Cancel);

        Assert.Equal(
            $$"""{"key":"000000000","row":0,"image":0,"seed":"18446744073709551615","guidance_scale":3.0,"width":32,"height":24,"id":"first","prompt":"a red circle","row_seed":"","negative_prompt":"","label":"","class":-1,"classifier_scale":0.0,"input_sha256":"","sampler":"ancestral","steps":30,"eta":0.0,"model":"shapes","model_digest":"ab12","tokens":0,"truncated":false,"pixel_sha256":"{{TestShards.Sample(0).Image!.Sha256()}}"}""",
            Encoding.UTF8.GetString(images[0].Metadata));
        using var metadata = JsonDocument.Parse(images[2].Metadata);
        Assert.Equal("", metadata.RootElement.GetProperty("id").GetString());
        Assert.Equal("кот 🐈 \"left\" of a\nsquare", metadata.RootElement.GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task Tar_OfAShardWhoseSamplesAllFailed_IsAnEmptyTar()
    {
        var plan = TestShards.Plan with { ShardSize = 1 };
        var attempt = TestShards.Attempt(3, plan: plan);
        var stats = await TestShards.WriteAsync(_store, attempt, Cancel);
        var path = _folder.Write("shard.tar", (await _store.ReadAsync(attempt.TarPath, Cancel))!);

        Assert.Equal((1, 1, 1024), (stats.Samples, stats.Failed, stats.TarBytes));
        Assert.Equal("", await RunAsync("tar", "-tf", path));
        Assert.Equal("[]\n", await RunAsync("python3", "-c", "import sys, tarfile; print(tarfile.open(sys.argv[1]).getnames())", path));
        Assert.Empty(await ShardReader.ReadImagesAsync(_store, "job", stats, Cancel).ToListAsync(Cancel));
        Assert.Equal("failed", Assert.Single(await ShardReader.ReadRowsAsync(_store, "job", stats, Cancel)).Status);
    }

    [Fact]
    public async Task OpenAsync_APlanOfAnotherFormat_IsRefusedBeforeAnythingIsWritten()
    {
        var attempt = TestShards.Attempt(0, plan: TestShards.Plan with { ShardFormat = 3 });

        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => ShardWriter.OpenAsync(_store, attempt, Cancel));

        Assert.StartsWith("job 'job' has shard_format 3; this version knows 2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddAsync_AnotherSampleThanTheNext_IsRefused()
    {
        await using var writer = await ShardWriter.OpenAsync(_store, TestShards.Attempt(2), Cancel);
        Assert.Equal(16, writer.NextSample);

        await Assert.ThrowsAsync<ArgumentException>(() => writer.AddAsync(TestShards.Sample(17), Cancel));
        for (var number = 16; number < 20; number++)
            await writer.AddAsync(TestShards.Sample(number), Cancel);
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => writer.AddAsync(TestShards.Sample(20), Cancel));

        Assert.StartsWith("Sample 20 was given to shard 2, which awaits 20.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddAsync_ImageAndErrorOrNeither_IsRefused()
    {
        await using var writer = await ShardWriter.OpenAsync(_store, TestShards.Attempt(0), Cancel);

        await Assert.ThrowsAsync<ArgumentException>(() => writer.AddAsync(TestShards.Sample(0) with { ErrorCode = "x" }, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => writer.AddAsync(TestShards.Sample(0) with { Image = null }, Cancel));
    }

    [Fact]
    public async Task CompleteAsync_SamplesMissing_IsRefusedAndDisposingLeavesNothing()
    {
        await using (var writer = await ShardWriter.OpenAsync(_store, TestShards.Attempt(0), Cancel))
        {
            await writer.AddAsync(TestShards.Sample(0), Cancel);
            var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => writer.CompleteAsync(Cancel));
            Assert.Equal("Shard 0 has 8 samples; 1 were added.", exception.Message);
        }

        Assert.Empty(await _store.ListAsync("", Cancel).ToListAsync(Cancel));
    }

    private Task<string> RunAsync(string program, params string[] arguments) => Processes.RunAsync(_folder.Path, program, arguments);
}

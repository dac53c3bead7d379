using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Atelier.Abstractions;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Images;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;
using Parquet;

namespace Atelier.Dataset.Tests.Shards;

public sealed class ShardWriterTests : IDisposable
{
    // As DuckDB and Arrow call them.
    private static readonly Dictionary<string, string> Types = new()
    {
        ["BYTE_ARRAY UTF8"] = "string",
        ["INT64 INT_64"] = "int64",
        ["INT64 UINT_64"] = "uint64",
        ["INT32 INT_32"] = "int32",
        ["DOUBLE"] = "double",
        ["BOOLEAN"] = "boolean",
    };

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
    public async Task Parquet_ImageOffsetAndBytes_AreWhereGnuTarAndPythonFindTheImage()
    {
        var attempt = TestShards.Attempt(0);
        var stats = await TestShards.WriteAsync(_store, attempt, Cancel);
        var path = _folder.Write("shard.tar", (await _store.ReadAsync(attempt.TarPath, Cancel))!);
        var images = (await ShardReader.ReadRowsAsync(_store, "job", stats, Cancel)).Where(row => row.Status == SampleStatus.Ok).ToList();

        Assert.Equal(7, images.Count);
        foreach (var row in images)
        {
            await RunAsync("sh", "-c", $"dd if='{path}' of=cut bs=64K iflag=skip_bytes,count_bytes skip={row.ImageOffset} count={row.Bytes} 2>&1");
            await RunAsync("sh", "-c", $"tar -xOf '{path}' {row.Key}.png > member");
            Assert.Equal(await File.ReadAllBytesAsync(_folder.File("member"), Cancel), await File.ReadAllBytesAsync(_folder.File("cut"), Cancel));
        }
        Assert.Equal(
            string.Concat(images.Select(row => $"{row.Key}.png {row.ImageOffset} {row.Bytes}\n")),
            await RunAsync("python3", "-c", "import sys, tarfile\nfor m in tarfile.open(sys.argv[1]):\n  if m.name.endswith('.png'): print(m.name, m.offset_data, m.size)", path));
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
    public async Task Parquet_HasARowForEverySample()
    {
        var attempt = TestShards.Attempt(0);
        var stats = await TestShards.WriteAsync(_store, attempt, Cancel);

        var rows = await ShardReader.ReadRowsAsync(_store, "job", stats, Cancel);

        var first = await ShardReader.ReadImagesAsync(_store, "job", stats, Cancel).FirstAsync(Cancel);
        Assert.Equal(8, rows.Count);
        Assert.Equal(512, rows[0].ImageOffset);
        var image = TestShards.Sample(1).Image!;
        Assert.Equal(
            new ShardRow
            {
                Key = "000000001",
                Id = "first",
                Prompt = "a red circle",
                Row = 0,
                Image = 1,
                Seed = ulong.MaxValue - 1,
                RowSeed = null,
                GuidanceScale = 7.5,
                NegativePrompt = "blurred",
                Label = "circle",
                Class = 4,
                ClassifierScale = 2.5,
                InputSha256 = TestShards.Input,
                Sampler = "ancestral",
                Steps = 30,
                Eta = 0,
                Model = "shapes",
                ModelDigest = "ab12",
                Format = "png",
                Tokens = 1,
                Truncated = false,
                Status = "ok",
                ErrorCode = null,
                ErrorMessage = null,
                Width = 32,
                Height = 24,
                Bytes = ImageEncoder.Encode(image, ImageFormats.Png, 95).Length,
                ImageOffset = rows[0].ImageOffset + Padded(rows[0].Bytes!.Value) + 512 + Padded("a red circle".Length) + 512 + Padded(first.Metadata.Length) + 512,
                PixelSha256 = image.Sha256(),
            },
            rows[1]);
        Assert.Equal(
            rows[1] with
            {
                Key = "000000003",
                Id = null,
                Prompt = "кот 🐈 \"left\" of a\nsquare",
                Row = 1,
                Seed = ulong.MaxValue - 3,
                GuidanceScale = 3,
                NegativePrompt = "",
                Label = null,
                Class = null,
                ClassifierScale = 0,
                InputSha256 = null,
                Tokens = 3,
                Status = "failed",
                ErrorCode = "non-finite",
                ErrorMessage = "The model's output holds NaN at step 3.",
                Width = null,
                Height = null,
                Bytes = null,
                ImageOffset = null,
                PixelSha256 = null,
            },
            rows[3]);
    }

    [Fact]
    public async Task Parquet_Schema_IsTheDocumentedOne()
    {
        var attempt = TestShards.Attempt(0);
        await TestShards.WriteAsync(_store, attempt, Cancel);
        await using var stream = await _store.OpenReadAsync(attempt.ParquetPath, Cancel);
        await using var reader = await ParquetReader.CreateAsync(stream!, cancellationToken: Cancel);
        var columns = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "shards.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('|'));

        Assert.Equal(
            columns.Select(cells => $"{cells[1].Trim().Trim('`')} {cells[2].Trim()}"),
            reader.Metadata!.Schema.Skip(1).Select(column =>
                $"{column.Name} {Types[$"{column.Type} {column.ConvertedType}".TrimEnd()]}" + (column.RepetitionType == Parquet.Meta.FieldRepetitionType.OPTIONAL ? " or null" : "")));
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

    private static long Padded(long length) => (length + 511) / 512 * 512;

    private Task<string> RunAsync(string program, params string[] arguments) => Processes.RunAsync(_folder.Path, program, arguments);
}

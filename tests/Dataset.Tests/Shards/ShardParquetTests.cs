using Atelier.Abstractions.Shards;
using Atelier.Dataset.Images;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;
using Parquet;

namespace Atelier.Dataset.Tests.Shards;

/// <summary>What is in the parquet file of a shard.</summary>
public sealed class ShardParquetTests : IDisposable
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
    public async Task Rows_AreOneForEachSampleWithWhatItWasMadeFrom()
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
    public async Task Schema_IsTheDocumentedOne()
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
    public async Task ImageOffsetAndBytes_AreWhereGnuTarAndPythonFindTheImage()
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

    private static long Padded(long length) => (length + 511) / 512 * 512;

    private Task<string> RunAsync(string program, params string[] arguments) => Processes.RunAsync(_folder.Path, program, arguments);
}

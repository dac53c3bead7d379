using System.Diagnostics;
using System.Text.Json;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Client;
using Atelier.Dataset.Images;
using Atelier.Dataset.Inputs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;
using Atelier.Diffusion.Models;
using Atelier.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Atelier.Cli.Tests.Run;

/// <summary>Whole runs of rows with and without an image, on a tiny model of random weights.</summary>
public sealed class InpaintingRunTests : IDisposable
{
    private const int Small = 16, Large = 32;

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _rows;

    public InpaintingRunTests()
    {
        _model = TinyModel.Write(_folder["inpaint"], inpaints: true);
        Directory.CreateDirectory(_folder["pictures"]);
        Save("cat.png", 48, 40, pixel => [(byte)(5 * (pixel % 48)), (byte)(6 * (pixel / 48)), 90]);
        Save("left.png", 48, 40, pixel => Grey(pixel % 48 < 24));
        Save("top.png", 48, 40, pixel => Grey(pixel / 48 < 11));
        _rows = _folder["rows.jsonl"];
        File.WriteAllText(_rows, string.Concat(
            Row("left.png", "one"), "{\"prompt\": \"a red circle\"}\n", Row("top.png", "three"), Row("left.png", "four"), "{\"prompt\": \"a blue square\", \"guidance_scale\": 1}\n"));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Large)]
    [InlineData(Small, "--no-upsample")]
    public async Task Run_RowsWithAndWithoutAnImage_KeepsWhatIsBlackInTheMask(int size, params string[] options)
    {
        await RunAsync("out", options);

        var images = await ImagesAsync("out");
        var inputs = Directory.EnumerateFiles(_folder["out", "inputs"]).ToDictionary(
            file => Path.GetFileNameWithoutExtension(file), file => InputImage.Decode(File.ReadAllBytes(file)));
        var digests = images.Select(image => image.Metadata.GetProperty("input_sha256").GetString() is { Length: > 0 } digest ? digest : null).ToList();
        Assert.Equal(2, inputs.Count);
        // Two images of each row.
        Assert.Equal([digests[0], digests[0], null, null, digests[4], digests[4], digests[0], digests[0], null, null], digests);
        Assert.Equal(inputs.Keys.Order(), digests.OfType<string>().Distinct().Order());
        // The white half begins in the middle of the middle square.
        Assert.Equal(Enumerable.Range(0, size * size).Select(pixel => pixel % size >= size / 2), inputs[digests[0]!].IsKept);
        foreach (var (image, digest) in images.Zip(digests).Where(pair => pair.Second is not null))
        {
            var input = inputs[digest!];
            Assert.Equal((size, size), (input.Size, image.Pixels.Width));
            Assert.InRange(input.IsKept.Count(kept => kept), size * size / 4, size * size * 3 / 4);
            Assert.All(Enumerable.Range(0, size * size * 3).Where(i => input.IsKept[i / 3]), i => Assert.Equal(input.Rgb[i], image.Pixels.Pixels[i]));
        }
        // The seeds differ, so what is drawn does too.
        Assert.Equal(images.Count, images.Select(image => image.Pixels.Sha256()).Distinct().Count());
        var rows = await RowsAsync("out");
        Assert.Equal(digests, rows.Select(row => row.InputSha256));
        Assert.Contains("inputs/*.png", File.ReadAllText(_folder["out", "README.md"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AnyNumberOfWorkers_AndAfterAnInterruption_MakesTheSameBytes()
    {
        await RunAsync("one", "--workers", "1");
        await RunAsync("two", "--workers", "2");
        Assert.Equal(Files("one"), Files("two"));
        Assert.Equal(["00000.parquet", "00000.tar", "00001.parquet", "00001.tar", "00002.parquet", "00002.tar"], Files("one").Keys.Where(name => !name.Contains('/')).Order());

        // As if it had been stopped after the first shard, with half of the inputs lost.
        foreach (var name in Directory.EnumerateFiles(_folder["two", "shards"]).Where(file => !Path.GetFileName(file).StartsWith("00000.", StringComparison.Ordinal))) File.Delete(name);
        foreach (var name in new[] { "summary.json", "README.md", "contact-sheet.png", "errors.jsonl" }) File.Delete(_folder["two", name]);
        File.Delete(Directory.EnumerateFiles(_folder["two", "inputs"]).Order(StringComparer.Ordinal).First());
        Assert.Contains("Resuming", await RunAsync("two", "--workers", "1"), StringComparison.Ordinal);
        Assert.Equal(Files("one"), Files("two"));
    }

    [Fact]
    public async Task Run_OtherPictures_AreRefusedInTheSameFolder()
    {
        await RunAsync("out");
        Save("left.png", 48, 40, pixel => Grey(pixel % 48 < 30));

        var (code, _, error) = await CommandLine.RunAsync(Arguments("out", _model));

        Assert.Equal(2, code);
        Assert.Matches("row 1 is \"one\" inpainting [0-9a-f]{12} there, \"one\" inpainting [0-9a-f]{12} here", error);
    }

    [Fact]
    public async Task Run_AModelThatDrawsWholeImages_IsRefusedWithTheLineBeforeAnyWork()
    {
        var (code, _, error) = await CommandLine.RunAsync(Arguments("out", TinyModel.Write(_folder["whole"])));

        Assert.Equal(2, code);
        Assert.StartsWith($"3 rows of {_rows} cannot be used; the first is line 1: there is an image with a mask, but the model draws whole images only; choose a model that inpaints", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task Run_APictureThatIsMissing_IsRefusedWithTheLineBeforeAnyWork()
    {
        File.Delete(_folder["pictures", "top.png"]);

        var (code, _, error) = await CommandLine.RunAsync(Arguments("out", _model));

        Assert.Equal(2, code);
        Assert.Equal($"{_rows} line 3: the mask 'pictures/top.png' cannot be used: there is no such file in {_folder.Path}.", error);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task Show_AModelThatInpaints_SaysSo() => Assert.Contains(
        "inpaints:    rows may have an image and a mask", (await CommandLine.RunAsync("models", "show", _model)).Output, StringComparison.Ordinal);

    [Fact]
    public async Task Submit_RowsWithAnInputToAModelThatDrawsWholeImages_FailsThoseSamplesOnly()
    {
        var (progress, rows) = await SubmitAsync(TinyModel.Write(_folder["whole"]), new string('a', 64), default);

        Assert.Equal((JobStatus.Completed, 1L), (progress.Status, progress.Failed));
        Assert.Equal([("ok", null), ("failed", "bad_input")], rows.Select(row => (row.Status, row.ErrorCode)));
        Assert.Equal("there is an image to inpaint; the model draws whole images only", rows[1].ErrorMessage);
    }

    [Fact]
    public async Task Submit_AnInputThatIsMissingOrOfAnotherSize_StopsTheJobWithItsName()
    {
        var clock = Stopwatch.StartNew();
        var missing = new string('a', 64);
        Assert.Equal((JobStatus.Failed, $"shard 0 is set aside after 3 failures: job/inputs/{missing}.png is missing"), Of(await SubmitAsync(_model, missing, default)));
        // Each of the three tries returns its lease at once; twice to wait for one to expire would take a minute.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(45));

        var small = new InputImage(8, new byte[192], [.. Enumerable.Range(0, 64).Select(pixel => pixel > 9)]).Encode();
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(small));
        Assert.Equal((JobStatus.Failed, $"shard 0 is set aside after 3 failures: job/inputs/{digest}.png has 8x8 pixels; the job's images have 32x32"), Of(await SubmitAsync(_model, digest, small)));

        static (JobStatus, string?) Of((JobProgress Progress, IReadOnlyList<ShardRow>) job) => (job.Progress.Status, job.Progress.Message);
    }

    // A job of two rows, the second of which names an input, given straight to the client library.
    private static async Task<(JobProgress Progress, IReadOnlyList<ShardRow> Rows)> SubmitAsync(string model, string sha256, ReadOnlyMemory<byte> input)
    {
        var store = new MemoryStore();
        using var host = EmbeddedSilo.Build(store, new WorkerOptions { Count = 1, Models = new Dictionary<string, string> { ["tiny"] = model } });
        await host.StartAsync(Cancel);
        var client = new AtelierClient(host.Services.GetRequiredService<IGrainFactory>());
        var spec = new JobSpec { Model = "tiny", ModelDigest = NativeFolder.Open(model).Digest, Steps = 1, BatchSize = 2 };
        PromptRow[] rows = [new() { Index = 0, Prompt = "a" }, new() { Index = 1, Prompt = "b", InputSha256 = sha256 }];
        await client.SubmitAsync("job", spec, rows.Select(row => new SubmittedRow(row, row.Index == 1 ? input : default)).ToAsyncEnumerable(), cancellationToken: Cancel);
        var last = await client.WatchAsync("job", Cancel).LastAsync(Cancel);
        await host.StopAsync(Cancel);
        var stats = await JobFiles.ReadStatsAsync(store, "job", 0, Cancel);
        return (last, stats is null ? [] : await ShardReader.ReadRowsAsync(store, "job", stats, Cancel));
    }

    private async Task<string> RunAsync(string output, params string[] options)
    {
        var (code, text, error) = await CommandLine.RunAsync([.. Arguments(output, _model), .. options]);
        Assert.Equal((0, ""), (code, error));
        return text;
    }

    private string[] Arguments(string output, string model) =>
        ["run", _rows, "--out", _folder[output], "--model", model, "--steps", "2", "--batch", "3", "--shard-size", "4", "--images-per-prompt", "2"];

    private async Task<List<(RgbImage Pixels, JsonElement Metadata)>> ImagesAsync(string job)
    {
        var images = new List<(RgbImage, JsonElement)>();
        await foreach (var (store, stats) in StatsAsync(job))
            await foreach (var image in ShardReader.ReadImagesAsync(store, job, stats, Cancel))
                images.Add((ImageDecoder.Decode(image.Content), JsonDocument.Parse(image.Metadata).RootElement));
        return images;
    }

    private async Task<List<ShardRow>> RowsAsync(string job)
    {
        var rows = new List<ShardRow>();
        await foreach (var (store, stats) in StatsAsync(job)) rows.AddRange(await ShardReader.ReadRowsAsync(store, job, stats, Cancel));
        return rows;
    }

    private async IAsyncEnumerable<(IStore Store, ShardStats Stats)> StatsAsync(string job)
    {
        var store = new DirectoryStore(_folder.Path);
        for (var shard = 0; await JobFiles.ReadStatsAsync(store, job, shard, Cancel) is { } stats; shard++) yield return (store, stats);
    }

    private SortedDictionary<string, string> Files(string job) => new(
        Directory.EnumerateFiles(_folder[job, "shards"]).Where(file => !file.EndsWith(".json", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(_folder[job, "inputs"]))
            .ToDictionary(file => Path.GetRelativePath(_folder[job, "shards"], file), file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))),
        StringComparer.Ordinal);

    private void Save(string name, int width, int height, Func<int, byte[]> colour) => File.WriteAllBytes(
        _folder["pictures", name], ImageEncoder.Encode(new RgbImage(width, height, [.. Enumerable.Range(0, width * height).SelectMany(colour)]), ImageFormats.Png, 100));

    private static byte[] Grey(bool isWhite) => isWhite ? [255, 255, 255] : [0, 0, 0];

    private static string Row(string mask, string prompt) => $$"""{"prompt": "{{prompt}}", "image": "pictures/cat.png", "mask": "pictures/{{mask}}"}""" + "\n";
}

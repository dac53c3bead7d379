using System.Text.Json;
using System.Text.RegularExpressions;

namespace Atelier.EndToEnd;

/// <summary>Whole runs of the built command with the shipped model, few steps each.</summary>
public sealed class RunTests
{
    private const string SixPrompts = "a red circle\na blue square\na green star\na yellow ring\na pink heart\na cyan cross\n";
    private static readonly string[] Small = ["--steps", "2", "--batch", "2", "--shard-size", "4", "--images-per-prompt", "2"];
    private static readonly string[] Smaller = [.. Small, "--no-upsample"];

    [Fact]
    public async Task Run_AnyNumberOfWorkers_MakesTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", SixPrompts);

        var one = await RunAsync(prompts, folder["one"], [.. Small, "--workers", "1"]);
        var three = await RunAsync(prompts, folder["three"], [.. Small, "--workers", "3"]);

        Assert.Equal(0, one.ExitCode);
        Assert.Equal(0, three.ExitCode);
        Assert.Equal(6, ShardFiles.Hashes(folder["one"]).Count);
        Assert.Equal(ShardFiles.Hashes(folder["one"]), ShardFiles.Hashes(folder["three"]));
        Assert.Equal(File.ReadAllText(Path.Combine(folder["one"], "summary.json")), File.ReadAllText(Path.Combine(folder["three"], "summary.json")));
    }

    [Fact]
    public async Task Run_SixteenPromptsWithoutSizes_IsFourShardsForAnyNumberOfWorkers_AndGoesOnWithSizesLeftOpen()
    {
        using var folder = new TemporaryFolder();
        var prompts = Path.Combine(Repository.Root, "examples/prompts.txt");
        string[] quick = ["--steps", "2", "--no-upsample"];

        var one = await RunAsync(prompts, folder["one"], [.. quick, "--workers", "1"]);
        var two = await RunAsync(prompts, folder["two"], [.. quick, "--workers", "2"]);

        Assert.Equal((0, "", 0, ""), (one.ExitCode, one.Error, two.ExitCode, two.Error));
        Assert.StartsWith("16 samples, starting 2 workers\nDrawing 16 samples in 4 shards of 4 with shapes on 2 workers:", two.Output, StringComparison.Ordinal);
        Assert.Equal(8, ShardFiles.Hashes(folder["two"]).Count);
        Assert.Equal(ShardFiles.Hashes(folder["one"]), ShardFiles.Hashes(folder["two"]));

        var given = await RunAsync(prompts, folder["given"], [.. quick, "--batch", "16", "--shard-size", "64"]);
        Assert.Equal(0, given.ExitCode);
        var again = await RunAsync(prompts, folder["given"], quick);
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("is complete: 16 samples in 1 shards. Nothing to do.", again.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Run_KilledAndRepeated_MakesTheSameBytes(int committedBeforeTheKill)
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", SixPrompts);
        await RunAsync(prompts, folder["whole"], Smaller);

        using (var killed = RunningProcess.Atelier(["run", prompts, "--out", folder["killed"], .. Smaller]))
        {
            await killed.UntilFilesAsync(Path.Combine(folder["killed"], committedBeforeTheKill == 0 ? "prompts" : "shards"), "0000*.json*", Math.Max(1, committedBeforeTheKill));
            killed.Signal("KILL");
            Assert.NotEqual(0, await killed.ExitCodeAsync());
        }
        var resumed = await RunAsync(prompts, folder["killed"], Smaller);

        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(ShardFiles.Hashes(folder["whole"]), ShardFiles.Hashes(folder["killed"]));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder["killed"], "attempts")));
    }

    [Fact]
    public async Task Run_CtrlC_StopsWith130AndCanBeResumed()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", SixPrompts);
        string[] slow = ["--no-upsample", "--steps", "40", "--batch", "2", "--shard-size", "2", "--workers", "1"];

        using (var interrupted = RunningProcess.Atelier(["run", prompts, "--out", folder["out"], .. slow]))
        {
            await interrupted.UntilFilesAsync(Path.Combine(folder["out"], "shards"), "*.json", 1);
            interrupted.Signal("INT");
            Assert.Equal(130, await interrupted.ExitCodeAsync());
            Assert.Contains("the same command goes on from there", interrupted.Output, StringComparison.Ordinal);
        }
        var finished = Directory.EnumerateFiles(Path.Combine(folder["out"], "shards"), "*.json").Count();
        Assert.InRange(finished, 1, 2);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder["out"], "attempts")));

        var resumed = await RunAsync(prompts, folder["out"], slow);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Contains($"Resuming {folder["out"]}: {2 * finished} of 6 samples are done.", resumed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ASecondTime_DoesNothingAndSaysSo()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", SixPrompts);
        await RunAsync(prompts, folder["out"], Smaller);
        var before = Directory.EnumerateFiles(folder["out"], "*", SearchOption.AllDirectories).ToDictionary(file => file, File.GetLastWriteTimeUtc);

        var again = await RunAsync(prompts, folder["out"], Smaller);

        Assert.Equal(0, again.ExitCode);
        Assert.Contains("is complete: 12 samples in 3 shards. Nothing to do.", again.Output, StringComparison.Ordinal);
        Assert.All(before, file => Assert.Equal(file.Value, File.GetLastWriteTimeUtc(file.Key)));
    }

    [Fact]
    public async Task Run_BatchAuto_IsTheSameBytesAsWithTheNumberItFinds_AndIsResumedWithIt()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", SixPrompts);
        string[] same = ["--steps", "2", "--shard-size", "4", "--images-per-prompt", "2", "--no-upsample"], auto = [.. same, "--batch", "auto"];

        var first = await RunAsync(prompts, folder["auto"], auto);
        Assert.True(first.ExitCode == 0, first.Error);
        var batch = JsonElement.Parse(File.ReadAllText(Path.Combine(folder["auto"], "batch.json"))).GetProperty("batch_size").GetInt32();
        Assert.InRange(batch, 1, 4);
        Assert.Contains($"Batch size:    {batch} (auto)", first.Output, StringComparison.Ordinal);
        var calibration = JsonElement.Parse(File.ReadAllText(Assert.Single(Directory.GetFiles(Path.Combine(folder["auto"], ".calibrations"), "*-32px.json", SearchOption.AllDirectories))));
        Assert.Equal(batch, Math.Min(4, calibration.GetProperty("batch_size").GetInt32()));

        // As if it had been stopped after the first shard, and the calibration lost.
        Directory.Delete(Path.Combine(folder["auto"], ".calibrations"), recursive: true);
        ShardFiles.KeepFirst(folder["auto"]);
        var resumed = await RunAsync(prompts, folder["auto"], auto);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Contains("4 of 12 samples are done", resumed.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder["auto"], ".calibrations")));

        var number = await RunAsync(prompts, folder["number"], [.. same, "--batch", $"{batch}"]);
        Assert.True(number.ExitCode == 0, number.Error);
        Assert.Equal(6, ShardFiles.Hashes(folder["auto"]).Count);
        Assert.Equal(ShardFiles.Hashes(folder["number"]), ShardFiles.Hashes(folder["auto"]));

        var other = await RunAsync(prompts, folder["auto"], [.. same, "--batch", $"{batch}"]);
        Assert.Equal(2, other.ExitCode);
        Assert.Contains($"batch is auto there, {batch} here", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WhatAnotherNumericsClassHasBegun_EndsAndSaysWhoIsKeptOut()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", SixPrompts);
        await RunAsync(prompts, folder["out"], Smaller);
        // As if it had been begun with another precision, and stopped after the first shard.
        ShardFiles.KeepFirst(folder["out"]);
        var numerics = Path.Combine(folder["out"], "numerics.json");
        File.WriteAllText(numerics, Regex.Replace(File.ReadAllText(numerics), "[0-9a-f]{64}", new string('f', 64)));

        var run = await RunAsync(prompts, folder["out"], Smaller);

        Assert.Equal(1, run.ExitCode);
        Assert.Matches("The job stopped: worker .+ computes in numerics class [0-9a-f]{12}, the job is bound to f{12}; it is kept out", run.Output);
        Assert.Contains("It goes on with the devices and the precision that it was begun with.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OtherSettingsOrRowsInTheSameFolder_AreRefusedWithWhatDiffers()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", SixPrompts);
        await RunAsync(prompts, folder["out"], Smaller);

        var settings = await RunAsync(prompts, folder["out"], [.. Smaller, "--guidance", "5", "--seed", "9"]);
        Assert.Equal(2, settings.ExitCode);
        Assert.Contains("guidance scale is 3 there, 5 here; seed is 0 there, 9 here", settings.Error, StringComparison.Ordinal);

        var rows = await RunAsync(folder.Write("other.txt", SixPrompts.Replace("green", "orange")), folder["out"], Smaller);
        Assert.Equal(2, rows.ExitCode);
        Assert.Contains("row 3 is \"a green star\" there, \"a orange star\" here", rows.Error, StringComparison.Ordinal);

        var fewer = await RunAsync(folder.Write("fewer.txt", "a red circle\n"), folder["out"], Smaller);
        Assert.Equal(2, fewer.ExitCode);
        Assert.Contains("row 2 is \"a blue square\" there, absent here", fewer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WhileAnotherRunHasTheFolder_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", SixPrompts);
        using var first = RunningProcess.Atelier(["run", prompts, "--out", folder["out"], "--steps", "200", "--workers", "1", "--no-upsample"]);
        await first.UntilFilesAsync(folder["out"], "job.json", 1);

        var second = await RunAsync(prompts, folder["out"], Smaller);

        Assert.Equal(2, second.ExitCode);
        Assert.Contains("is in use by another run", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_LongPromptAndRowSettings_AreInTheMetadata()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.jsonl", string.Join('\n',
            """{"prompt": "a red circle", "id": "first", "seed": 7, "guidance_scale": 1.5}""",
            JsonSerializer.Serialize(new { prompt = string.Join(' ', Enumerable.Repeat("a red circle", 30)) }), ""));

        var run = await RunAsync(prompts, folder["out"], ["--steps", "2", "--batch", "2", "--workers", "1", "--format", "webp"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("1 prompts were longer than the model's text context and were cut", run.Output, StringComparison.Ordinal);

        var rows = await ReadParquetAsync(Path.Combine(folder["out"], "shards", "00000.parquet"));
        Assert.Equal(["000000000", "000000001"], rows.Select(row => row.GetProperty("key").GetString()));
        Assert.Equal([false, true], rows.Select(row => row.GetProperty("truncated").GetBoolean()));
        Assert.Equal(("first", 1.5), (rows[0].GetProperty("id").GetString(), rows[0].GetProperty("guidance_scale").GetDouble()));
        Assert.Equal(90, rows[1].GetProperty("tokens").GetInt32());
        Assert.All(rows, row => Assert.Equal("ok", row.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Shards_AreReadByGnuTarPythonAndDuckDb()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.csv", "id,prompt\nrow-1,a red circle\nrow-2,\"a blue square, background white\"\n");
        await RunAsync(prompts, folder["out"], ["--steps", "2", "--batch", "2", "--workers", "1"]);
        var shards = Path.Combine(folder["out"], "shards");

        var tar = await RunningProcess.RunAsync("tar", "tf", Path.Combine(shards, "00000.tar"));
        Assert.Equal(
            ["000000000.png", "000000000.txt", "000000000.json", "000000001.png", "000000001.txt", "000000001.json"],
            tar.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        var python = await RunningProcess.RunAsync("python3", Path.Combine(Repository.Root, "tests/EndToEnd/Readers/read-tar.py"), Path.Combine(shards, "00000.tar"));
        Assert.True(python.ExitCode == 0, python.Error);
        using var read = JsonDocument.Parse(python.Output);
        Assert.Equal("a red circle", read.RootElement.GetProperty("first").GetProperty("prompt").GetString());

        var rows = await ReadParquetAsync(Path.Combine(shards, "00000.parquet"));
        Assert.Equal(["a red circle", "a blue square, background white"], rows.Select(row => row.GetProperty("prompt").GetString()));
        Assert.Equal(
            read.RootElement.GetProperty("offsets").EnumerateObject().Select(image => (image.Name, image.Value.ToString())),
            rows.Select(row => (row.GetProperty("key").GetString()!, row.GetProperty("image_offset").ToString())));
        Assert.Equal(
            read.RootElement.GetProperty("first").GetProperty("pixel_sha256").GetString(), rows[0].GetProperty("pixel_sha256").GetString());
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(string prompts, string output, string[] options) =>
        RunningProcess.AtelierAsync(["run", prompts, "--out", output, .. options]);

    private static async Task<List<JsonElement>> ReadParquetAsync(string file)
    {
        var duckDb = await RunningProcess.RunAsync("node", Path.Combine(Repository.Root, "tests/EndToEnd/Readers/read-parquet.mjs"), file);
        Assert.True(duckDb.ExitCode == 0, duckDb.Error);
        return [.. JsonDocument.Parse(duckDb.Output).RootElement.EnumerateArray()];
    }
}

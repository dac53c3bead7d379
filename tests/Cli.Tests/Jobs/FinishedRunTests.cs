using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Atelier.Cli.Tests.Jobs;

/// <summary>What becomes of a run's folder afterwards: verified, damaged, run again, deleted. On a tiny model of random weights.</summary>
public sealed class FinishedRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _prompts;

    public FinishedRunTests()
    {
        _model = TinyModel.Write(_folder["tiny"]);
        _prompts = _folder["prompts.txt"];
        File.WriteAllText(_prompts, string.Concat(Enumerable.Range(0, 6).Select(i => $"a red circle {i}\n")));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Verify_AFinishedRun_Succeeds_AndOfADamagedOneNamesEachFileInALine()
    {
        await RunAsync();
        Assert.Equal((0, "3 of 3 shards are committed; every file is as the others say.\n", ""), await CommandLine.RunAsync("verify", _folder["out"]));

        File.AppendAllText(_folder["out", "errors.jsonl"], "{}\n");
        File.WriteAllText(_folder["out", "shards", "\u001b[2J.tar"], "");
        var (code, output, _) = await CommandLine.RunAsync("verify", _folder["out"]);

        Assert.Equal(1, code);
        Assert.Equal(
            "out/shards/\ufffd[2J.tar is not a file of the job\nout/errors.jsonl differs in line 1 from what the rest of the job makes it\n3 of 3 shards are committed; 2 things are wrong.\n", output);
    }

    [Fact]
    public async Task Run_AgainAfterAShardWasLost_SaysSoAndDrawsItAgain_TheSameBytes()
    {
        await RunAsync();
        var before = Hashes();
        foreach (var file in Directory.EnumerateFiles(_folder["out", "shards"], "00001.*")) File.Delete(file);

        var output = await RunAsync();

        Assert.Contains($"Resuming {_folder["out"]}: 4 of 6 samples are done; files of the job are missing and are made again.\n", output, StringComparison.Ordinal);
        Assert.Equal(before, Hashes());
        Assert.Equal(0, (await CommandLine.RunAsync("verify", _folder["out"])).ExitCode);
        Assert.Contains("is complete: 6 samples in 3 shards. Nothing to do.", await RunAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OfAModelWhoseOutputIsNotFinite_NamesOnlyFilesThatThereAre()
    {
        var weights = Path.Combine(_model, "model.safetensors");
        var content = File.ReadAllBytes(weights);
        var header = BitConverter.ToInt32(content);
        var offsets = JsonNode.Parse(content.AsSpan(8, header))!["time_embed.0.bias"]!["data_offsets"]!;
        for (var at = 8 + header + (int)offsets[0]!; at < 8 + header + (int)offsets[1]!; at += 4) BitConverter.GetBytes(float.NaN).CopyTo(content, at);
        File.WriteAllBytes(weights, content);

        var (code, output, error) = await CommandLine.RunAsync(Command());

        Assert.Equal((3, ""), (code, error));
        Assert.DoesNotContain("Contact sheet", output, StringComparison.Ordinal);
        Assert.EndsWith($"Failed:        {_folder["out", "errors.jsonl"]}\n", output, StringComparison.Ordinal);
        Assert.Equal(0, (await CommandLine.RunAsync("verify", _folder["out"])).ExitCode);
    }

    [Fact]
    public async Task Run_WhoseFolderIsRemoved_EndsSoonAndSaysSo_AndTheSameCommandBeginsAnew()
    {
        File.WriteAllText(_prompts, string.Concat(Enumerable.Range(0, 2000).Select(i => $"a red circle {i}\n")));
        var run = CommandLine.RunAsync(Command());
        while (!File.Exists(_folder["out", "shards", "00000.json"])) await Task.Yield();
        while (Directory.Exists(_folder["out"])) Remove();

        var (code, output, _) = await run;

        Assert.Equal(1, code);
        Assert.EndsWith($"{_folder["out"]} is gone: the folder was removed while the job was at work. The same command begins anew.\n", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
        File.WriteAllText(_prompts, "a red circle\n");
        await RunAsync();

        void Remove()
        {
            try
            {
                File.Delete(_folder["out", "job.json"]);
                Directory.Delete(_folder["out"], recursive: true);
            }
            catch (IOException)
            {
                // A worker has made a file meanwhile.
            }
        }
    }

    [Fact]
    public async Task Delete_AFinishedRun_WantsYes_AndRemovesItsFolder()
    {
        await RunAsync();
        var (code, _, error) = await CommandLine.RunAsync("delete", _folder["out"]);
        Assert.Equal((2, $"deleting {_folder["out"]} cannot be undone; give --yes if that is meant"), (code, error));

        (code, var output, _) = await CommandLine.RunAsync("delete", _folder["out"], "--yes");

        Assert.Equal(0, code);
        Assert.StartsWith("Job out is deleted, ", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task Delete_AFolderWhoseNameNoStoreAllows_RemovesIt()
    {
        await RunAsync();
        var folder = _folder["run-2026-11-27T12:30:00"];
        Directory.Move(_folder["out"], folder);
        // As a run with --batch auto leaves it.
        Directory.CreateDirectory(Path.Combine(folder, ".calibrations", "ab12"));
        File.WriteAllText(Path.Combine(folder, ".calibrations", "ab12", "cpu.json"), "{}");

        var (code, output, _) = await CommandLine.RunAsync("delete", folder, "--yes");

        Assert.Equal(0, code);
        Assert.StartsWith("Job run-2026-11-27T12-30-00 is deleted, ", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Delete_AFolderWithALinkToAnother_LeavesWhatItLeadsTo()
    {
        await RunAsync();
        Directory.CreateDirectory(_folder["elsewhere", "empty"]);
        Directory.CreateSymbolicLink(_folder["out", "link"], _folder["elsewhere"]);

        var (code, _, _) = await CommandLine.RunAsync("delete", _folder["out"], "--yes");

        Assert.Equal(0, code);
        Assert.True(Directory.Exists(_folder["elsewhere", "empty"]));
    }

    [Fact]
    public async Task Delete_AFolderInUse_IsRefused_AndOneThatMayBeAClustersToo()
    {
        await RunAsync();
        using (FolderLock.Take(_folder["out"]))
        {
            var (held, _, why) = await CommandLine.RunAsync("delete", _folder["out"], "--yes");
            Assert.Equal(2, held);
            Assert.StartsWith($"the job's folder {_folder["out"]} is in use by another run", why, StringComparison.Ordinal);
        }
        File.Delete(_folder["out", ".lock"]);
        File.Delete(_folder["out", "summary.json"]);

        var (code, _, error) = await CommandLine.RunAsync("delete", _folder["out"], "--yes");

        Assert.Equal(2, code);
        Assert.StartsWith("job 'out' is neither finished nor cancelled", error, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["out", "job.json"]));
    }

    [Fact]
    public async Task Delete_FromAStore_RemovesAFinishedJob_AndSaysWhereThereIsNone()
    {
        await RunAsync();
        Assert.Equal(0, (await CommandLine.RunAsync("delete", "out", "--store", _folder.Path, "--yes")).ExitCode);
        Assert.False(Directory.Exists(_folder["out"]));

        var (code, _, error) = await CommandLine.RunAsync("delete", "out", "--store", _folder.Path, "--yes");
        Assert.Equal((2, "there is no job 'out' in this store: it has no 'out/job.json'"), (code, error));
    }

    private string[] Command() =>
        ["run", _prompts, "--model", _model, "--out", _folder["out"], "--steps", "2", "--sampler", "ddim", "--workers", "1", "--batch", "2", "--shard-size", "2"];

    private async Task<string> RunAsync()
    {
        var (code, output, error) = await CommandLine.RunAsync(Command());
        Assert.Equal((0, ""), (code, error));
        return output;
    }

    private Dictionary<string, string> Hashes() => Directory.EnumerateFiles(_folder["out", "shards"]).Where(file => !file.EndsWith(".json", StringComparison.Ordinal))
        .ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
}

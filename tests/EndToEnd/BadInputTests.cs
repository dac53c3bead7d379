namespace Atelier.EndToEnd;

/// <summary>What a user gets who gives something that cannot be used: exit code 2, one clear message, no stack trace, and nothing written.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("--steps", "0", "--steps is '0'; allowed: 1 to 100000")]
    [InlineData("--steps", "1001", "steps is '1001'; allowed: 1 to 1000, the timesteps of model 'shapes'")]
    [InlineData("--guidance", "NaN", "--guidance is 'NaN'; allowed: -1000 to 1000")]
    [InlineData("--sampler", "heunn", "--sampler is 'heunn'; allowed: ancestral, ddim, euler, euler-ancestral, plms, dpmpp-2m, dpmpp-2m-karras")]
    [InlineData("--format", "gif", "--format is 'gif'; allowed: png, jpg, webp")]
    [InlineData("--model", "nope", "no model 'nope'; give the path of a model folder or one of: ")]
    [InlineData("--eta", "2", "--eta is '2'; allowed: 0 to 1")]
    [InlineData("--eta", "0.5", "eta is '0.5'; allowed: 0 with ancestral; only ddim has it")]
    [InlineData("--workers", "0", "--workers is '0'; allowed: 1 to 256")]
    [InlineData("--devices", "cuda:999", "devices is 'cuda:999'; allowed: auto")]
    [InlineData("--precision", "fp8", "--precision is 'fp8'; allowed: fp32, fp16, bf16")]
    [InlineData("--shard-size", "x", "--shard-size is 'x'; allowed: 1 to 1000000, or by-job")]
    [InlineData("--images-per-prompt", "-1", "--images-per-prompt is '-1'; allowed: 1 to 10000")]
    public async Task Option_OutsideWhatIsAllowed_IsRefused(string option, string value, string message)
    {
        using var folder = new TemporaryFolder();
        await RefusedAsync(folder, message, folder.Write("prompts.txt", "a red circle\n"), option, value);
    }

    [Theory]
    [InlineData("prompts.txt", "", "prompts.txt")]
    [InlineData("prompts.jsonl", "{\"prompt\": \"a\"}\n{\"prompt\": \n", "prompts.jsonl line 2")]
    [InlineData("prompts.jsonl", "{\"prompt\": \"a\", \"negative\": \"b\"}\n", "negative")]
    [InlineData("prompts.csv", "prompt,colour\na,b\n", "colour")]
    [InlineData("prompts.docx", "a\n", ".txt, .jsonl, .csv, .tsv")]
    public async Task PromptList_ThatCannotBeRead_IsRefused(string name, string content, string message)
    {
        using var folder = new TemporaryFolder();
        await RefusedAsync(folder, message, folder.Write(name, content));
    }

    [Fact]
    public async Task PromptList_MissingOrNotUtf8_IsRefused()
    {
        using var folder = new TemporaryFolder();
        await RefusedAsync(folder, "there is no such file", folder["missing.txt"]);
        File.WriteAllBytes(folder["latin1.txt"], [.. "a red circle\nun cercle bleut"u8, 0xE9, (byte)'\n']);
        await RefusedAsync(folder, "latin1.txt line 2", folder["latin1.txt"]);
    }

    [Fact]
    public async Task Weights_DamagedOrForeign_AreRefusedByName()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", "a red circle\n");
        var model = Models.Copy(folder);
        var weights = Path.Combine(model, "model.safetensors");
        var bytes = File.ReadAllBytes(weights);

        File.WriteAllBytes(weights, bytes[..(bytes.Length / 2)]);
        await RefusedAsync(folder, "it is truncated", prompts, "--model", model);

        File.WriteAllText(weights, "not weights");
        await RefusedAsync(folder, "is not a usable safetensors file", prompts, "--model", model);

        File.WriteAllBytes(weights, bytes);
        var config = Path.Combine(model, "model.json");
        var text = File.ReadAllText(config);
        File.WriteAllText(config, text.Replace("\"xf_layers\": 3", "\"xf_layers\": 4"));
        await RefusedAsync(folder, "missing: transformer.resblocks.3.", prompts, "--model", model);

        File.WriteAllText(config, text.Replace("\"xf_width\": 128", "\"xf_width\": 64"));
        await RefusedAsync(folder, "of another shape: final_ln.bias ([128] instead of [64])", prompts, "--model", model);

        File.WriteAllText(config, text);
        File.Delete(weights);
        await RefusedAsync(folder, "has no model.safetensors", prompts, "--model", model);
    }

    [Fact]
    public async Task OutputFolder_ThatCannotBeAJob_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", "a red circle\n");
        var file = folder.Write("file", "");
        Directory.CreateDirectory(folder["photos"]);
        folder.Write("photos/one.jpg", "");

        Assert.Contains("is a file", (await RunAsync(prompts, file)).Error, StringComparison.Ordinal);
        Assert.Contains("is not empty and holds no job", (await RunAsync(prompts, folder["photos"])).Error, StringComparison.Ordinal);
        Assert.Contains("cannot be created", (await RunAsync(prompts, "/proc/atelier")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disk_ThatFillsUp_StopsTheJobWhichGoesOnWhenThereIsRoom()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", "a red circle\na blue square\n");
        string[] run = ["run", prompts, "--out", folder["out"], "--steps", "2", "--batch", "2", "--workers", "1", "--no-upsample"];

        // A limit on the size of files stands for the full disk, which only root could arrange: the shard's tar file does not fit. Without
        // write-xor-execute the runtime keeps its own code out of files.
        const string Limited = "trap '' XFSZ; ulimit -f 4; export DOTNET_EnableWriteXorExecute=0; exec dotnet \"$@\"";
        var full = await RunningProcess.RunAsync("bash", ["-c", Limited, "-", Repository.Cli, .. run]);
        Assert.Equal(1, full.ExitCode);
        Assert.Contains("The job stopped:", full.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder["out"], "shards")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder["out"], ".tmp")));

        var room = await RunningProcess.AtelierAsync(run);
        Assert.Equal(0, room.ExitCode);
        Assert.Single(Directory.EnumerateFiles(Path.Combine(folder["out"], "shards"), "*.tar"));
    }

    private static async Task RefusedAsync(TemporaryFolder folder, string message, string prompts, params string[] options)
    {
        var (exitCode, _, error) = await RunAsync(prompts, folder["out"], options);
        Assert.Equal(2, exitCode);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    private static Task<(int ExitCode, string Output, string Error)> RunAsync(string prompts, string output, params string[] options) =>
        RunningProcess.AtelierAsync(["run", prompts, "--out", output, .. options]);
}

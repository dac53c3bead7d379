using System.Text.Json;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Cli.Tests.Models;

public sealed class ModelsCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Import_ThenShow_DescribesTheModel()
    {
        TinyModel.Write(_folder["source"]);

        var (code, output, error) = await CommandLine.RunAsync(
            "models", "import", "--kind", "glide", "--base", _folder["source", "model.safetensors"], "--vocab", _folder["source", "tokenizer"],
            "--config", _folder["source", "model.json"], "--out", _folder["imported"]);

        Assert.Equal((0, ""), (code, error));
        var digest = NativeFolder.Open(_folder["imported"]).Digest;
        Assert.Equal(NativeFolder.Open(_folder["source"]).Digest, digest);
        Assert.Contains("kind:        glide", output, StringComparison.Ordinal);
        Assert.Contains($"digest:      {digest}", output, StringComparison.Ordinal);
        Assert.Equal(output, (await CommandLine.RunAsync("models", "show", _folder["imported"])).Output);
        using var json = JsonDocument.Parse((await CommandLine.RunAsync("models", "show", _folder["imported"], "--json")).Output);
        Assert.Equal((digest, "glide", 16), (
            json.RootElement.GetProperty("digest").GetString(), json.RootElement.GetProperty("kind").GetString(), json.RootElement.GetProperty("image_size").GetInt32()));
        Assert.Equal(["float32"], json.RootElement.GetProperty("files")[0].GetProperty("types").EnumerateArray().Select(type => type.GetString()));
    }

    [Fact]
    public async Task Import_FileThatIsNoCheckpoint_IsRefusedWithItsName()
    {
        File.WriteAllText(_folder["base.pt"], "not a checkpoint");

        var (code, _, error) = await CommandLine.RunAsync("models", "import", "--kind", "adm", "--base", _folder["base.pt"], "--out", _folder["imported"]);

        Assert.Equal(2, code);
        Assert.Contains(_folder["base.pt"], error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["imported"]));
    }

    [Fact]
    public async Task Import_StateDictOfCheckpointsThatHoldOneOnly_IsRefused()
    {
        TinyModel.Write(_folder["source"]);

        var (code, _, error) = await CommandLine.RunAsync(
            "models", "import", "--kind", "glide", "--base", _folder["source", "model.safetensors"], "--vocab", _folder["source", "tokenizer"],
            "--config", _folder["source", "model.json"], "--state-dict", "ema", "--out", _folder["imported"]);

        Assert.Equal((2, "--state-dict is 'ema', but no checkpoint has a choice of state dicts"), (code, error));
        Assert.False(Directory.Exists(_folder["imported"]));
    }

    [Fact]
    public async Task Import_NamesWithAPrefixOfAll_SaysWhatItTookOff()
    {
        TinyModel.Write(_folder["source"]);
        var wrapped = _folder["wrapped.safetensors"];
        Safetensors.Write(wrapped, [.. Safetensors.Read(_folder["source", "model.safetensors"]).Select(tensor => KeyValuePair.Create("module." + tensor.Key, tensor.Value))]);

        var (code, output, error) = await CommandLine.RunAsync(
            "models", "import", "--kind", "glide", "--base", wrapped, "--vocab", _folder["source", "tokenizer"],
            "--config", _folder["source", "model.json"], "--out", _folder["imported"]);

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith($"{wrapped}: all names begin with 'module.', which is taken off\n", output, StringComparison.Ordinal);
        Assert.Equal(NativeFolder.Open(_folder["source"]).Digest, NativeFolder.Open(_folder["imported"]).Digest);
    }

    [Fact]
    public async Task Import_WeightsOfAnotherNetwork_NamesThemAndLeavesNothingSoThatTheRightOnesWork()
    {
        TinyModel.Write(_folder["source"]);
        Safetensors.Write(_folder["other.safetensors"], [new("a\u001b]0;x\a", zeros(1)), new("b", zeros(1))]);
        string[] arguments =
        [
            "models", "import", "--kind", "glide", "--vocab", _folder["source", "tokenizer"], "--config", _folder["source", "model.json"], "--out", _folder["imported"], "--base",
        ];

        var (code, _, error) = await CommandLine.RunAsync([.. arguments, _folder["other.safetensors"]]);

        Assert.Equal(2, code);
        Assert.StartsWith($"the weights in {_folder["other.safetensors"]} do not fit Text2ImUNet: ", error, StringComparison.Ordinal);
        Assert.Contains("2 unknown: a\uFFFD]0;x\uFFFD, b", error, StringComparison.Ordinal);
        Assert.DoesNotContain(error, char.IsControl);
        Assert.Equal([_folder["other.safetensors"], _folder["source"]], Directory.EnumerateFileSystemEntries(_folder.Path).Order());
        Assert.Equal(0, (await CommandLine.RunAsync([.. arguments, _folder["source", "model.safetensors"]])).ExitCode);
    }

    [Fact]
    public async Task Show_OtherFilesInTheFolder_AreNotRead()
    {
        TinyModel.Write(_folder["source"]);
        var before = (await CommandLine.RunAsync("models", "show", _folder["source"])).Output;
        File.WriteAllText(_folder["source", "other.safetensors"], "no weights");

        Assert.Equal(before, (await CommandLine.RunAsync("models", "show", _folder["source"])).Output);
    }

    [Fact]
    public async Task Show_WeightsThatAreALink_TellsTheLengthOfWhatItLeadsTo()
    {
        TinyModel.Write(_folder["source"]);
        File.Move(_folder["source", "model.safetensors"], _folder["weights"]);
        File.CreateSymbolicLink(_folder["source", "model.safetensors"], _folder["weights"]);

        using var json = JsonDocument.Parse((await CommandLine.RunAsync("models", "show", _folder["source"], "--json")).Output);

        Assert.Equal(new FileInfo(_folder["weights"]).Length, json.RootElement.GetProperty("files")[0].GetProperty("bytes").GetInt64());
    }

    [Theory]
    [InlineData("""{"kind":"\ud800"}""", "is not a usable model config: ")]
    [InlineData("""{"kind":"\u001b[2J"}""", "unknown kind '\uFFFD[2J'; known: adm, glide")]
    public async Task Show_AConfigOfStrangeText_IsRefusedByName(string config, string reason)
    {
        Directory.CreateDirectory(_folder["m"]);
        File.WriteAllText(_folder["m", "model.json"], config);

        var (code, _, error) = await CommandLine.RunAsync("models", "show", _folder["m"]);

        Assert.Equal(2, code);
        Assert.StartsWith(_folder["m", "model.json"], error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_AModelThatIsNot_ListsTwentyNamesAtMost()
    {
        for (var i = 0; i < 30; i++) Directory.CreateDirectory(_folder[$"{i:00}"]);
        Environment.SetEnvironmentVariable("ATELIER_MODELS", _folder.Path);
        var (code, _, error) = await CommandLine.RunAsync("models", "show", "no\u001bne");
        Environment.SetEnvironmentVariable("ATELIER_MODELS", null);

        Assert.Equal(2, code);
        Assert.StartsWith("no model 'no\uFFFDne'; give the path of a model folder or one of: 00, 01, ", error, StringComparison.Ordinal);
        Assert.EndsWith(", 19, ...", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_HasTheShippedModel()
    {
        var (code, output, _) = await CommandLine.RunAsync("models", "list", "--json");

        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        var shapes = json.RootElement.EnumerateArray().Single(model => model.GetProperty("name").GetString() == "shapes");
        Assert.Equal(JsonValueKind.Null, shapes.GetProperty("problem").ValueKind);
        Assert.Contains("shapes  glide  ", (await CommandLine.RunAsync("models", "list")).Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}

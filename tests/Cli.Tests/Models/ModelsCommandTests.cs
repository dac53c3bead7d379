using System.Text.Json;
using Atelier.Diffusion.Models;

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
        var digest = ModelFolder.Open(_folder["imported"]).Digest;
        Assert.Equal(ModelFolder.Open(_folder["source"]).Digest, digest);
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

using System.Text.Json;
using Atelier.Diffusion.Tests;

namespace Atelier.Cli.Tests.Models;

/// <summary>Commands on a folder as diffusers writes it.</summary>
public sealed class LatentModelCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LatentModelCommandTests()
    {
        _ = new TinyDiffusersFolder(_folder["tiny"]);
        File.WriteAllText(_folder["tiny", "README.md"], "---\nlicense: creativeml-openrail-m\n---\n");
        File.WriteAllText(_folder["prompts.txt"], "a cat\na dog\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Show_ADiffusersFolder_SaysWhatItIsAndHowItIsUsuallyDrawn()
    {
        var (code, output, error) = await CommandLine.RunAsync("models", "show", _folder["tiny"]);

        Assert.Equal((0, ""), (code, error));
        foreach (var line in new[] { "kind:        stable-diffusion", "images:      32x32", "prompts:     up to 16 tokens", "usual:       --sampler plms --steps 50 --guidance 7.5" })
            Assert.Contains(line, output, StringComparison.Ordinal);
        Assert.Contains("unet/diffusion_pytorch_model.safetensors", output, StringComparison.Ordinal);
        var json = JsonElement.Parse((await CommandLine.RunAsync("models", "show", _folder["tiny"], "--json")).Output);
        Assert.Equal("stable-diffusion", json.GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Run_WithoutSettings_TakesThoseOfTheModel()
    {
        var (code, _, error) = await CommandLine.RunAsync("run", _folder["prompts.txt"], "--model", _folder["tiny"], "--out", _folder["out"], "--steps", "4");

        Assert.Equal((0, ""), (code, error));
        var spec = JsonElement.Parse(File.ReadAllText(_folder["out", "job.json"])).GetProperty("spec");
        Assert.Contains("| licence of the model | creativeml-openrail-m |", File.ReadAllText(_folder["out", "README.md"]), StringComparison.Ordinal);
        Assert.Equal(("plms", 7.5, 4), (spec.GetProperty("sampler").GetString(), spec.GetProperty("guidance_scale").GetDouble(), spec.GetProperty("steps").GetInt32()));
    }

    [Theory]
    [InlineData("threshold percentile is 0.9; allowed: 1 with model 'tiny'", "--threshold-percentile", "0.9")]
    [InlineData("steps is '1001'; allowed: 1 to 1000, the timesteps of model 'tiny'", "--steps", "1001")]
    [InlineData("--sampler is 'heun'; allowed: ancestral, ddim, euler, euler-ancestral, plms, dpmpp-2m, dpmpp-2m-karras", "--sampler", "heun")]
    public async Task Run_WhatHasNoMeaningInLatents_IsRefusedBeforeAnyWork(string reason, params string[] options)
    {
        var (code, _, error) = await CommandLine.RunAsync(["run", _folder["prompts.txt"], "--model", _folder["tiny"], "--out", _folder["out"], .. options]);

        Assert.Equal(2, code);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }
}

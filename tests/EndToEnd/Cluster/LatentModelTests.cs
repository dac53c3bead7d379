using Atelier.Diffusion.Tests;

namespace Atelier.EndToEnd.Cluster;

/// <summary>Jobs of latent models, from a folder as diffusers writes it to a dataset.</summary>
[Collection(nameof(Alone))]
public sealed class LatentModelTests
{
    private const string Rows = """
        {"prompt": "a cat on a boat"}
        {"prompt": "a dog", "guidance_scale": 3}
        {"prompt": ""}
        {"prompt": "a prompt of far more letters than the text encoder of so small a model can hold"}

        """;

    [Theory]
    [InlineData(TinyDiffusersFolder.StableDiffusion)]
    [InlineData(TinyDiffusersFolder.StableDiffusionXl)]
    [InlineData(TinyDiffusersFolder.PixArt)]
    [InlineData(TinyDiffusersFolder.StableDiffusion3)]
    [InlineData(TinyDiffusersFolder.Flux)]
    public async Task Cluster_ASiloKilledWhileItDraws_MakesTheBytesOfALocalRun(string pipeline)
    {
        using var folder = new TemporaryFolder();
        _ = new TinyDiffusersFolder(folder["models/tiny"], pipeline);
        var rows = folder.Write("rows.jsonl", Rows);
        string[] job = [rows, "--steps", "40", "--batch", "2", "--shard-size", "2", "--images-per-prompt", "4", "--width", "32", "--height", "32"];
        var run = await RunningProcess.AtelierAsync(["run", .. job, "--model", folder["models/tiny"], "--out", folder["local"]]);
        Assert.True(run.ExitCode == 0, run.Error);

        using var cluster = await RunningCluster.StartAsync(folder["store"], 2, "--models", folder["models"]);
        var submitted = await cluster.AtelierAsync(["submit", .. job, "--model", folder["models/tiny"], "--job-id", "tiny"]);
        Assert.True(submitted.ExitCode == 0, submitted.Error);
        while ((await cluster.StatusAsync("tiny")).GetProperty("shards_finished").GetInt32() == 0) await Task.Delay(50, TestContext.Current.CancellationToken);
        await RunningProcess.RunAsync("kill", "-s", "KILL", (await cluster.SilosAsync())[0]);

        Assert.Equal(0, (await cluster.AtelierAsync("watch", "tiny")).ExitCode);
        Assert.Equal(ShardFiles.Hashes(folder["local"]), ShardFiles.Hashes(Path.Combine(folder["store"], "tiny")));
        Assert.Equal(0, (await RunningProcess.AtelierAsync("verify", folder["local"])).ExitCode);
        Assert.Equal(0, await cluster.StopAsync());
    }
}

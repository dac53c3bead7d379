using Atelier.Diffusion.Tests;

namespace Atelier.EndToEnd.Cluster;

/// <summary>Jobs of latent models, from folders as diffusers writes them to datasets.</summary>
[Collection(nameof(Alone))]
public sealed class LatentModelTests
{
    private const string Rows = """
        {"prompt": "a cat on a boat"}
        {"prompt": "a dog", "guidance_scale": 3}
        {"prompt": ""}
        {"prompt": "a prompt of far more letters than the text encoder of so small a model can hold"}

        """;

    [Fact]
    public async Task Cluster_ASiloKilledWhileItDraws_MakesTheBytesOfALocalRunWithEveryFamily()
    {
        using var folder = new TemporaryFolder();
        var rows = folder.Write("rows.jsonl", Rows);
        string[] job = [rows, "--steps", "40", "--batch", "2", "--shard-size", "2", "--images-per-prompt", "4", "--width", "32", "--height", "32"];
        foreach (var pipeline in TinyDiffusersFolder.Pipelines)
        {
            _ = new TinyDiffusersFolder(folder[$"models/{pipeline}"], pipeline);
            var run = await RunningProcess.AtelierAsync(["run", .. job, "--model", folder[$"models/{pipeline}"], "--out", folder[pipeline]]);
            Assert.True(run.ExitCode == 0, run.Error);
        }

        using var cluster = await RunningCluster.StartAsync(folder["store"], 2, "--models", folder["models"]);
        foreach (var pipeline in TinyDiffusersFolder.Pipelines)
        {
            var submitted = await cluster.AtelierAsync(["submit", .. job, "--model", folder[$"models/{pipeline}"], "--job-id", pipeline]);
            Assert.True(submitted.ExitCode == 0, submitted.Error);
        }
        await RunningProcess.RunAsync("kill", "-s", "KILL", (await cluster.SilosAsync())[0]);

        foreach (var pipeline in TinyDiffusersFolder.Pipelines)
        {
            Assert.Equal(0, (await cluster.AtelierAsync("watch", pipeline)).ExitCode);
            Assert.Equal(ShardFiles.Hashes(folder[pipeline]), ShardFiles.Hashes(Path.Combine(folder["store"], pipeline)));
        }
        Assert.Equal(0, await cluster.StopAsync());
    }
}

using System.Text.Json;

namespace Atelier.EndToEnd.Cluster;

/// <summary>A cluster of real processes, as <c>atelier cluster</c> starts it, and the commands that people use it by.</summary>
[Collection(nameof(Alone))]
public sealed class ClusterTests
{
    private const string SixPrompts = "a red circle\na blue square\na green star\na yellow ring\na pink heart\na cyan cross\n";
    private static readonly string[] Small = ["--steps", "2", "--batch", "2", "--shard-size", "4", "--images-per-prompt", "2", "--no-upsample"];
    private static readonly string[] Slow = ["--steps", "60", "--batch", "2", "--shard-size", "4", "--images-per-prompt", "2", "--no-upsample"];

    [Fact]
    public async Task Cluster_SubmittedJob_HasTheBytesOfALocalRunAndCanBeReadInEveryWay()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", SixPrompts);
        await RunAsync(prompts, folder["local"], Small);
        using var cluster = await RunningCluster.StartAsync(folder["store"]);

        var submitted = await cluster.AtelierAsync(["submit", prompts, "--job-id", "six", "--submitter", "ada", .. Small]);
        Assert.True(submitted.ExitCode == 0, submitted.Error);
        var watched = await cluster.AtelierAsync("watch", "six", "--json");
        Assert.Equal(0, watched.ExitCode);
        var last = JsonElement.Parse(watched.Output.Trim().Split('\n')[^1]);
        Assert.Equal(("completed", 12, "ada"), (last.GetProperty("status").GetString(), last.GetProperty("finished").GetInt32(), last.GetProperty("submitter").GetString()));

        Assert.Equal(ShardFiles.Hashes(folder["local"]), ShardFiles.Hashes(Path.Combine(folder["store"], "six")));
        Assert.Equal(0, (await cluster.AtelierAsync("download", "six", "--out", folder["mine"])).ExitCode);
        Assert.Equal(ShardFiles.Hashes(folder["local"]), ShardFiles.Hashes(folder["mine"]));
        Assert.Equal(0, (await cluster.AtelierAsync("verify", "six")).ExitCode);
        Assert.Equal(0, (await RunningProcess.AtelierAsync("verify", folder["mine"])).ExitCode);

        // The same job again is the same job; another spec under its name is refused.
        Assert.Equal(0, (await cluster.AtelierAsync(["submit", prompts, "--job-id", "six", .. Small])).ExitCode);
        var other = await cluster.AtelierAsync(["submit", prompts, "--job-id", "six", .. Small, "--seed", "1"]);
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("seed is 0 there, 1 here", other.Error, StringComparison.Ordinal);
        Assert.Contains("\"job_id\":\"six\"", (await cluster.AtelierAsync("list", "--json")).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await cluster.AtelierAsync("status", "seven")).ExitCode);
        Assert.Equal(0, await cluster.StopAsync());
    }

    [Fact]
    public async Task Cluster_SilosKilledAndTheWholeOfItRestarted_LosesNothing()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", SixPrompts);
        await RunAsync(prompts, folder["local"], Slow);

        using (var cluster = await RunningCluster.StartAsync(folder["store"]))
        {
            await cluster.AtelierAsync(["submit", prompts, "--job-id", "six", .. Slow]);
            await UntilAsync(async () => (await cluster.StatusAsync("six")).GetProperty("drawn").GetDouble() > 0);
            await RunningProcess.RunAsync("kill", "-s", "KILL", (await cluster.SilosAsync())[0]);
            await UntilAsync(async () => (await cluster.StatusAsync("six")).GetProperty("shards_finished").GetInt32() > 0);
            Assert.Equal(0, await cluster.StopAsync());
            Assert.False(File.Exists(Path.Combine(folder["store"], "six", "summary.json")), "the job was over before the cluster was stopped");
        }

        // Nobody submits again: a cluster goes on with what is unfinished in its store.
        using var again = await RunningCluster.StartAsync(folder["store"]);
        Assert.Equal(0, (await again.AtelierAsync("watch", "six")).ExitCode);
        Assert.Equal(ShardFiles.Hashes(folder["local"]), ShardFiles.Hashes(Path.Combine(folder["store"], "six")));
        Assert.Equal(0, await again.StopAsync());
    }

    [Fact]
    public async Task Cluster_PauseResumePriorityCancel_DoWhatTheySay()
    {
        using var folder = new TemporaryFolder();
        var prompts = folder.Write("prompts.txt", SixPrompts);
        using var cluster = await RunningCluster.StartAsync(folder["store"], silos: 1);
        await cluster.AtelierAsync(["submit", prompts, "--job-id", "six", .. Slow]);

        Assert.Equal(0, (await cluster.AtelierAsync("pause", "six")).ExitCode);
        await UntilAsync(async () => (await cluster.StatusAsync("six")).GetProperty("shards_leased").GetInt32() == 0);
        Assert.Equal("paused", (await cluster.StatusAsync("six")).GetProperty("status").GetString());
        Assert.Equal(0, (await cluster.AtelierAsync("priority", "six", "high", "--weight", "3")).ExitCode);
        Assert.Equal(0, (await cluster.AtelierAsync("resume", "six")).ExitCode);
        var running = await cluster.StatusAsync("six");
        Assert.Equal(("running", "high", 3), (running.GetProperty("status").GetString(), running.GetProperty("priority").GetString(), running.GetProperty("weight").GetInt32()));
        Assert.Equal(0, (await cluster.AtelierAsync("cancel", "six")).ExitCode);
        Assert.Equal(4, (await cluster.AtelierAsync("watch", "six")).ExitCode);
        Assert.Equal(2, (await cluster.AtelierAsync("resume", "six")).ExitCode);
    }

    [Fact]
    public async Task Commands_WithoutACluster_SayThatNobodyAnswers()
    {
        var list = await RunningProcess.AtelierAsync("list", "--cluster", "127.0.0.1:1");

        Assert.Equal(1, list.ExitCode);
        Assert.Contains("no cluster answers by", list.Error, StringComparison.Ordinal);
    }

    private static async Task RunAsync(string prompts, string output, string[] options)
    {
        var run = await RunningProcess.AtelierAsync(["run", prompts, "--out", output, .. options]);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo()) await Task.Delay(200, TestContext.Current.CancellationToken);
    }
}

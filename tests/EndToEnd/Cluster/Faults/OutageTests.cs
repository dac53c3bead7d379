namespace Atelier.EndToEnd.Cluster.Faults;

/// <summary>Servers and disks that are away for a while: the job waits and says why, and makes what a local run makes.</summary>
[Collection(nameof(Alone))]
public sealed class OutageTests
{
    [Fact]
    public async Task Store_AwayAtTheStartAndInMidJob_IsWaitedFor()
    {
        using var folder = new TemporaryFolder();
        using var redis = await Server.Redis().StartAsync();
        using var blobs = Server.Azurite(folder["blobs"]);
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}", Server.Store(blobs.Port));
        var silo = cluster.StartSilo();
        await cluster.PrintedAsync(silo, $"The store http://127.0.0.1:{blobs.Port}/devstoreaccount1/jobs cannot be reached, trying again every 5 s");

        await blobs.StartAsync();
        await cluster.SubmitAsync(SmallJob.Arguments(folder, "small"));
        await cluster.StatusAsync("small", status => status.GetProperty("drawn").GetDouble() > 0);
        await blobs.StopAsync();
        var away = await cluster.SaysAsync("small", "^the store (has not answered for more than 5 s|cannot be used at present: Cannot reach the blob storage at )");
        Assert.False(away.GetProperty("final").GetBoolean());

        await blobs.StartAsync();
        Assert.Equal(0, (await cluster.AtelierAsync("watch", "small")).ExitCode);
        var download = await cluster.AtelierAsync("download", "small", "--out", folder["mine"], "--store", Server.Store(blobs.Port));
        Assert.True(download.ExitCode == 0, download.Error);
        await SmallJob.AssertSameBytesAsync(folder["mine"]);
    }

    [Fact]
    public async Task Disk_FullInMidJob_LosesNothing()
    {
        using var folder = new TemporaryFolder();
        using var redis = await Server.Redis().StartAsync();
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}", folder["store"]);
        var silo = cluster.StartSilo();
        await cluster.SubmitAsync(SmallJob.Arguments(folder, "small"));
        await silo.UntilFilesAsync(Path.Combine(folder["store"], "small", "shards"), "*.json", 1);

        // A limit on the size of the process's files stands for the full disk, which only root could arrange. Where not even the note of a failure
        // fits, nothing is counted: the job waits.
        const string Reason = "the file is larger than the file system, or a limit on this process, allows|file length was too large for the file system";
        await LimitFilesAsync(silo, "0");
        var waiting = await cluster.SaysAsync("small", Reason);
        Assert.Equal(("running", 0), (waiting.GetProperty("status").GetString(), waiting.GetProperty("shards_set_aside").GetInt32()));

        // Where notes do fit and shards do not, the job stops.
        await LimitFilesAsync(silo, "4096");
        Assert.Equal(1, (await cluster.AtelierAsync("watch", "small")).ExitCode);
        var failed = await cluster.SaysAsync("small", $"^shards? .* set aside.* after 3 failures.*({Reason})");
        Assert.Equal("failed", failed.GetProperty("status").GetString());
        Assert.InRange(failed.GetProperty("shards_finished").GetInt32(), 1, 5);

        await LimitFilesAsync(silo, "unlimited");
        Assert.Equal(0, (await cluster.AtelierAsync("retry-failed", "small")).ExitCode);
        Assert.Equal(0, (await cluster.AtelierAsync("watch", "small")).ExitCode);
        await SmallJob.AssertSameBytesAsync(Path.Combine(folder["store"], "small"));
    }

    [Fact]
    public async Task Redis_AwayInMidJobAndBackEmpty_MakesSilosJoinAnew()
    {
        using var folder = new TemporaryFolder();
        using var redis = await Server.Redis().StartAsync();
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}", folder["store"]);
        var silos = await StartTwoSilosOnTheSmallJobAsync(cluster, folder);
        await cluster.StatusAsync("small", status => status.GetProperty("drawn").GetDouble() > 0);

        await redis.StopAsync();
        foreach (var silo in silos) await cluster.PrintedAsync(silo, "The membership cannot be read; silos go on with each other");
        Assert.Equal(1, (await cluster.AtelierAsync("status", "small")).ExitCode);
        await redis.StartAsync();

        // Whoever runs silos starts those again that end like this.
        foreach (var silo in silos)
        {
            Assert.Equal(75, await silo.ExitCodeAsync());
            Assert.Contains("as if it had come back empty; the silo ends so as to join anew", silo.Output, StringComparison.Ordinal);
            cluster.StartSilo();
        }
        await cluster.StatusAsync("small", status => status.GetProperty("final").GetBoolean());
        Assert.Equal(0, (await cluster.AtelierAsync("watch", "small")).ExitCode);
        await SmallJob.AssertSameBytesAsync(Path.Combine(folder["store"], "small"));
    }

    [Fact]
    public async Task Redis_GarbledInMidJob_StopsNobody()
    {
        using var folder = new TemporaryFolder();
        using var redis = await Server.Redis().StartAsync();
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}", folder["store"]);
        var silos = await StartTwoSilosOnTheSmallJobAsync(cluster, folder);
        var sound = await RedisAsync("HGET", "default/members/default", "Version");

        await RedisAsync("HSET", "default/members/default", "Version", "{\u001b[31mx");
        foreach (var silo in silos) await cluster.PrintedAsync(silo, "The membership cannot be read; silos go on with each other");
        var status = await cluster.AtelierAsync("status", "small");
        await cluster.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(folder["store"], "small", "summary.json"))), () => "waiting for the summary");

        Assert.Equal(1, status.ExitCode);
        Assert.Contains("the membership at", status.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", cluster.Output, StringComparison.Ordinal);
        await RedisAsync("HSET", "default/members/default", "Version", sound);
        foreach (var silo in silos) await cluster.PrintedAsync(silo, "The membership can be read again");
        Assert.Equal(0, (await cluster.AtelierAsync("watch", "small")).ExitCode);
        await SmallJob.AssertSameBytesAsync(Path.Combine(folder["store"], "small"));

        async Task<string> RedisAsync(params string[] command)
        {
            var (code, output, error) = await RunningProcess.RunAsync("redis-cli", ["-p", $"{redis.Port}", .. command]);
            Assert.True(code == 0, error);
            return output.Trim();
        }
    }

    private static async Task<RunningProcess[]> StartTwoSilosOnTheSmallJobAsync(BareCluster cluster, TemporaryFolder folder)
    {
        var silos = new[] { cluster.StartSilo(), cluster.StartSilo() };
        foreach (var silo in silos) await cluster.PrintedAsync(silo, "Application started");
        await cluster.SubmitAsync(SmallJob.Arguments(folder, "small"));
        return silos;
    }

    private static async Task LimitFilesAsync(RunningProcess silo, string bytes) =>
        Assert.Equal(0, (await RunningProcess.RunAsync("prlimit", "--pid", $"{silo.Id}", $"--fsize={bytes}:unlimited")).ExitCode);
}

namespace Atelier.EndToEnd.Cluster.Faults;

/// <summary>All silos go, and come back on addresses that nobody knows, as pods do: the same membership, the same store, other silos.</summary>
[Collection(nameof(Alone))]
public sealed class MovedSilosTests
{
    [Theory]
    [InlineData("KILL", 137)]
    [InlineData("TERM", 0)]
    public async Task Silos_AllBackOnOtherAddressesInMidJob_MakeTheBytesOfALocalRun(string signal, int exitCode)
    {
        using var folder = new TemporaryFolder();
        using var redis = await Server.Redis().StartAsync();
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}", folder["store"]);
        var before = new[] { StartOn(cluster, "127.0.0.2"), StartOn(cluster, "127.0.0.3") };
        foreach (var silo in before) await cluster.PrintedAsync(silo, "Application started");
        await cluster.SubmitAsync(SmallJob.Arguments(folder, "moved"));
        await cluster.StatusAsync("moved", status => status.GetProperty("drawn").GetDouble() > 0);

        foreach (var silo in before) silo.Signal(signal);
        foreach (var silo in before) Assert.Equal(exitCode, await silo.ExitCodeAsync());
        Assert.False(File.Exists(Path.Combine(folder["store"], "moved", "summary.json")), "the job was over before the silos went");
        foreach (var silo in new[] { StartOn(cluster, "127.0.0.4"), StartOn(cluster, "127.0.0.5") }) await cluster.PrintedAsync(silo, "Application started");

        // Nobody submits again.
        Assert.Equal(0, (await cluster.AtelierAsync("watch", "moved")).ExitCode);
        Assert.Equal(0, (await RunningProcess.AtelierAsync("verify", Path.Combine(folder["store"], "moved"))).ExitCode);
        await SmallJob.AssertSameBytesAsync(Path.Combine(folder["store"], "moved"));
    }

    private static RunningProcess StartOn(BareCluster cluster, string address) => cluster.StartSilo(
        $"Orleans__Endpoints__AdvertisedIPAddress={address}", $"Orleans__Endpoints__SiloPort={FreePort.Find()}", $"Orleans__Endpoints__GatewayPort={FreePort.Find()}");
}

using System.Reflection;

namespace Atelier.EndToEnd.Cluster.Faults;

/// <summary>Silos are replaced by those of another version, one after the other, while a job runs.</summary>
[Collection(nameof(Alone))]
public sealed class RollingUpgradeTests
{
    [Fact]
    public async Task Silos_ReplacedOneByOneByAnotherVersion_MakeTheBytesOfALocalRun()
    {
        using var folder = new TemporaryFolder();
        await OtherBuild.MakeAsync(folder["next"], 9);
        Assert.Equal(9, AssemblyName.GetAssemblyName(Path.Combine(folder["next"], "Atelier.Abstractions.dll")).Version!.Major);
        using var redis = await Server.Redis().StartAsync();
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}", folder["store"]);
        var old = new[] { cluster.StartSilo(), cluster.StartSilo() };
        foreach (var silo in old) await cluster.PrintedAsync(silo, "Application started");
        await cluster.SubmitAsync(LongJob.Arguments(folder, "rolled"));
        await cluster.StatusAsync("rolled", status => status.GetProperty("drawn").GetDouble() > 0);

        foreach (var silo in old)
        {
            var next = cluster.StartSiloOf(folder["next"]);
            await cluster.PrintedAsync(next, "Application started");
            silo.Signal("TERM");
            Assert.Equal(0, await silo.ExitCodeAsync());
        }

        Assert.False(File.Exists(Path.Combine(folder["store"], "rolled", "summary.json")), "the job was over before all silos were replaced");
        Assert.Equal(0, (await cluster.AtelierAsync("watch", "rolled")).ExitCode);
        await LongJob.AssertSameBytesAsync(Path.Combine(folder["store"], "rolled"));
    }
}

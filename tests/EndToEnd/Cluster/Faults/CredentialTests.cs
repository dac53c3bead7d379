namespace Atelier.EndToEnd.Cluster.Faults;

/// <summary>Credentials that are refused: nothing waits for them to become right, as it would for a server that is away.</summary>
[Collection(nameof(Alone))]
public sealed class CredentialTests
{
    private const string Password = "correct-horse";
    private const string WrongKey = "d3Jvbmcta2V5LXdyb25nLWtleS13cm9uZy1rZXk=";
    private const string Refused = "refused the credentials (403 ";

    [Theory]
    [InlineData(",password=battery-staple")]
    [InlineData("")]
    public async Task Redis_WrongOrNoPassword_IsRefusedByName(string password)
    {
        using var folder = new TemporaryFolder();
        using var redis = await Server.Redis(Password).StartAsync();
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}{password}", folder["store"]);
        var silo = cluster.StartSilo();
        var message = $"has the wrong password, or none, for the Redis at 127.0.0.1:{redis.Port}; give it as host:port,password=...";

        string[][] commands = [["list"], ["submit", .. SmallJob.Arguments(folder, "small")], ["status", "small"], ["download", "small", "--out", folder["mine"]]];
        foreach (var (exitCode, _, error) in await Task.WhenAll(commands.Select(cluster.AtelierAsync)))
        {
            Assert.Equal(2, exitCode);
            AssertClear($"--cluster {message}", error);
        }
        Assert.Equal(2, await silo.ExitCodeAsync());
        AssertClear($"ConnectionStrings:redis {message}", silo.Error);
    }

    [Fact]
    public async Task Store_WrongKey_IsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        using var redis = await Server.Redis().StartAsync();
        using var blobs = await Server.Azurite(folder["blobs"]).StartAsync();
        var store = Server.Store(blobs.Port, WrongKey);
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}", store);
        var silo = cluster.StartSilo();

        foreach (var command in new string[][] { ["download", "small", "--out", folder["mine"], "--store", store], ["verify", "small", "--store", store], ["cluster", "--store", store, "--port", $"{FreePort.Find()}"] })
        {
            var (exitCode, _, error) = await RunningProcess.AtelierAsync(command);
            Assert.Equal(2, exitCode);
            AssertClear(Refused, error);
        }
        Assert.Equal(2, await silo.ExitCodeAsync());
        AssertClear(Refused, silo.Error);
    }

    [Fact]
    public async Task Store_WrongKeyOfAStoreThatComesLate_EndsTheSiloThatWaited()
    {
        using var folder = new TemporaryFolder();
        using var redis = await Server.Redis().StartAsync();
        using var blobs = Server.Azurite(folder["blobs"]);
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}", Server.Store(blobs.Port, WrongKey));
        var silo = cluster.StartSilo();
        await cluster.PrintedAsync(silo, "cannot be reached, trying again every");

        await blobs.StartAsync();

        Assert.Equal(2, await silo.ExitCodeAsync());
        AssertClear(Refused, silo.Error);
    }

    private static void AssertClear(string message, string error)
    {
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.DoesNotContain(WrongKey, error, StringComparison.Ordinal);
        Assert.DoesNotContain("battery-staple", error, StringComparison.Ordinal);
    }
}

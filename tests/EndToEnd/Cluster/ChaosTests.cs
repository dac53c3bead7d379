namespace Atelier.EndToEnd.Cluster;

/// <summary>The short form of the chaos proof: <c>tests/Chaos</c> in a few minutes, on a real redis-server.</summary>
[Collection(nameof(Alone))]
public sealed class ChaosTests
{
    [Theory]
    [InlineData("directory")]
    [InlineData("azure")]
    public async Task Chaos_KillsFreezesAndRestarts_ChangeNoByte(string store)
    {
        using var folder = new TemporaryFolder();
        var program = Path.Combine(Repository.Root, "artifacts", "bin", "Chaos", Path.GetFileName(Path.GetDirectoryName(Repository.Cli)!), "Atelier.Chaos.dll");

        var chaos = await RunningProcess.RunAsync(
            "dotnet", program, "--silos", "3", "--kills", "2", "--freezes", "1", "--restarts", "1", "--rows", "24", "--steps", "8", "--pause", "4", "--freeze", "15",
            "--store", store, "--minutes", "4", "--folder", folder["chaos"]);

        Assert.True(chaos.ExitCode == 0, chaos.Output + chaos.Error);
        Assert.Contains("kills             2 of 2", chaos.Output, StringComparison.Ordinal);
        Assert.Contains("differing         0", chaos.Output, StringComparison.Ordinal);
    }
}

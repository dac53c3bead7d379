namespace Atelier.EndToEnd.Cluster;

/// <summary>What another account of the machine can do to a cluster: nothing.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class StrangerTests
{
    [Fact]
    public async Task Cluster_ToAnAccountThatCannotReadItsKey_IsClosed()
    {
        using var folder = new TemporaryFolder();
        using var cluster = await RunningCluster.StartAsync(folder["store"], silos: 1);

        // Another account has another folder for data of programs, and cannot read this one.
        string[] stranger = ["-i", $"PATH={Environment.GetEnvironmentVariable("PATH")}", $"HOME={folder.Path}", "dotnet", Repository.Cli];
        foreach (var command in new string[][] { ["list"], ["cancel", "job"], ["status", "job"] })
        {
            var (exitCode, output, error) = await RunningProcess.RunAsync("env", [.. stranger, .. command, "--cluster", cluster.Redis]);
            Assert.Equal((2, ""), (exitCode, output));
            Assert.Contains("has the wrong password, or none", error, StringComparison.Ordinal);
        }
        // Whoever knew the password alone would still not be let in by a silo.
        var password = await File.ReadAllTextAsync(cluster.PasswordFile, TestContext.Current.CancellationToken);
        var (code, _, said) = await RunningProcess.RunAsync("env", [.. stranger, "list", "--cluster", $"{cluster.Redis},password={password}"]);
        Assert.Equal(1, code);
        Assert.Contains("no cluster answers", said, StringComparison.Ordinal);

        Assert.All([cluster.PasswordFile, cluster.KeyFile], file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(cluster.KeyFile)!));
        var own = await cluster.AtelierAsync("list");
        Assert.True(own.ExitCode == 0, own.Error);
        // Nobody's command line shows a secret.
        var lines = (await RunningProcess.RunAsync("ps", "-eo", "args", "-ww")).Output;
        Assert.DoesNotContain(password, lines, StringComparison.Ordinal);

        Assert.Equal(0, await cluster.StopAsync());
        Assert.False(File.Exists(cluster.PasswordFile) || File.Exists(cluster.KeyFile));
    }
}

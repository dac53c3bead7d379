using System.Runtime.InteropServices;

namespace Atelier.EndToEnd.Packaging;

/// <summary>The folder for machines without .NET: it brings its own.</summary>
[Collection(nameof(Alone))]
public sealed class SelfContainedTests
{
    // Where a program that needs an installed .NET would look for it, there is none.
    private static readonly string[] NoDotnet = ["-i", "PATH=", "DOTNET_ROOT=/nowhere"];

    [Fact]
    public async Task Folder_WhereThereIsNoDotnet_DrawsAloneAndAsACluster()
    {
        using var folder = new TemporaryFolder();
        var publish = await RunningProcess.RunAsync(
            "dotnet", "publish", Path.Combine(Repository.Root, "src", "Cli"), "--configuration", Feed.Configuration, "--runtime", "linux-x64", "--self-contained",
            "--output", folder["atelier"], "-v", "quiet", "-nologo", "--disable-build-servers");
        Assert.True(publish.ExitCode == 0, publish.Output + publish.Error);
        var home = $"HOME={folder["home"]}";

        // A machine that has .NET in its usual place would lend it to any program: the host's own record says that it was not asked.
        var says = await RunningProcess.RunAsync("env", [.. NoDotnet, home, "COREHOST_TRACE=1", $"COREHOST_TRACEFILE={folder["trace"]}", Path.Combine(folder["atelier"], "atelier"), "--version"]);
        Assert.True(says.ExitCode == 0, says.Error);
        var trace = File.ReadAllText(folder["trace"]);
        Assert.Contains(Path.Combine(folder["atelier"], "libcoreclr.so"), trace, StringComparison.Ordinal);
        Assert.DoesNotContain(RuntimeEnvironment.GetRuntimeDirectory(), trace, StringComparison.Ordinal);
        var run = await RunningProcess.RunAsync("env",
            [.. NoDotnet, home, Path.Combine(folder["atelier"], "atelier"), "run", folder.Write("prompts.txt", "a red circle\n"), "--out", folder["out"], "--steps", "2", "--no-upsample"]);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);

        using var cluster = await LocalCluster.StartAsync(folder["store"], "env", ["--default-signal=INT", .. NoDotnet, home, Path.Combine(folder["atelier"], "atelier")]);
        Assert.Equal(0, await cluster.StopAsync());
    }
}

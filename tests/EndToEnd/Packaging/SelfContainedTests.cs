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

        var needsDotnet = await RunningProcess.RunAsync("env", [.. NoDotnet, home, Path.ChangeExtension(Repository.Cli, null), "--version"]);
        Assert.NotEqual(0, needsDotnet.ExitCode);
        var run = await RunningProcess.RunAsync("env",
            [.. NoDotnet, home, Path.Combine(folder["atelier"], "atelier"), "run", folder.Write("prompts.txt", "a red circle\n"), "--out", folder["out"], "--steps", "2", "--no-upsample"]);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);

        using var cluster = await LocalCluster.StartAsync(folder["store"], "env", ["--default-signal=INT", .. NoDotnet, home, Path.Combine(folder["atelier"], "atelier")]);
        Assert.Equal(0, await cluster.StopAsync());
    }
}

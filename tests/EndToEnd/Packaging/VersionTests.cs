namespace Atelier.EndToEnd.Packaging;

/// <summary>Versions come from the tags of the history.</summary>
public sealed class VersionTests
{
    [Fact]
    public async Task Version_IsThatOfTheTag_AndBetweenTagsCountsCommits()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", Path.Combine("src", "Directory.Build.props") })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[file])!);
            File.Copy(Path.Combine(Repository.Root, file), folder[file]);
        }
        Directory.CreateDirectory(folder["src/Any"]);
        var project = folder.Write("src/Any/Any.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\" />");
        await GitAsync("init", "--quiet");

        await CommitAsync();
        await CommitAsync();
        Assert.Equal("0.1.0-dev.1", await VersionAsync());
        await GitAsync("tag", "v1.2.3");
        Assert.Equal("1.2.3", await VersionAsync());
        await CommitAsync();
        Assert.Equal("1.2.4-dev.1", await VersionAsync());

        async Task<string> VersionAsync()
        {
            var version = await RunningProcess.RunAsync("dotnet", "msbuild", project, "-restore", "-t:MinVer", "-getProperty:Version", "-nologo");
            Assert.True(version.ExitCode == 0, version.Output + version.Error);
            return version.Output.Trim();
        }

        Task CommitAsync() => GitAsync("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--allow-empty", "--message", "more");

        async Task GitAsync(params string[] arguments)
        {
            var git = await RunningProcess.RunAsync("git", ["-C", folder.Path, .. arguments]);
            Assert.True(git.ExitCode == 0, git.Error);
        }
    }
}

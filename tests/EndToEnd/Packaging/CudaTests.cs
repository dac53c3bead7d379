using System.IO.Compression;
using System.Text.Json;

namespace Atelier.EndToEnd.Packaging;

/// <summary>What <c>-p:TorchDevice=cuda</c> asks of NuGet. The packages themselves, of 2 GB, are not needed to know it.</summary>
public sealed class CudaTests
{
    private const string Package = "TorchSharp-cuda-linux";

    [Theory]
    [InlineData("Silo")]
    [InlineData("Cli")]
    public async Task Project_ForCuda_TakesCudasPackageInPlaceOfTheCpus(string project)
    {
        Assert.Equal(["TorchSharp-cpu"], await TorchPackagesAsync(project));
        Assert.Equal([Package], await TorchPackagesAsync(project, "-p:TorchDevice=cuda"));
    }

    [Fact]
    public async Task Silo_ForCuda_RestoresWhereThePackageIsWithOneVersionOfTorchSharp()
    {
        using var folder = new TemporaryFolder();
        var version = await VersionAsync("TorchSharp");
        Directory.CreateDirectory(folder["feed"]);
        StandIn(folder["feed"], version);
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

        var restore = await RunningProcess.RunAsync(
            "dotnet", "restore", Project("Silo"), "-p:TorchDevice=cuda", $"-p:ArtifactsPath={folder["artifacts"]}", $"-p:RestorePackagesPath={folder["packages"]}",
            $"-p:RestoreFallbackFolders={cache}", $"-p:RestoreAdditionalProjectSources={folder["feed"]}", "-v", "quiet");

        Assert.True(restore.ExitCode == 0, restore.Output + restore.Error);
        var assets = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(folder["artifacts"], "obj", "Silo", "project.assets.json"), TestContext.Current.CancellationToken));
        var torch = assets.GetProperty("libraries").EnumerateObject().Select(library => library.Name).Where(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase));
        Assert.Equal([$"{Package}/{version}", $"TorchSharp/{version}"], torch.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Versions_OfAllOfTorchSharp_AreOne()
    {
        var version = await VersionAsync("TorchSharp");
        Assert.Equal((version, version), (await VersionAsync("TorchSharp-cpu"), await VersionAsync(Package)));
    }

    private static async Task<IEnumerable<string>> TorchPackagesAsync(string project, params string[] options) =>
        (await ItemsAsync(project, "PackageReference", options)).Select(item => item.GetProperty("Identity").GetString()!).Where(name => name.StartsWith("TorchSharp-", StringComparison.Ordinal));

    private static async Task<string> VersionAsync(string package) => (await ItemsAsync("Silo", "PackageVersion"))
        .Single(item => item.GetProperty("Identity").GetString() == package).GetProperty("Version").GetString()!;

    private static async Task<IEnumerable<JsonElement>> ItemsAsync(string project, string item, params string[] options)
    {
        var evaluated = await RunningProcess.RunAsync("dotnet", ["msbuild", Project(project), $"-getItem:{item}", "-nologo", .. options]);
        Assert.True(evaluated.ExitCode == 0, evaluated.Output + evaluated.Error);
        return JsonElement.Parse(evaluated.Output).GetProperty("Items").GetProperty(item).EnumerateArray();
    }

    private static string Project(string name) => Path.Combine(Repository.Root, "src", name, $"{name}.csproj");

    // The public package says the same of itself and of libtorch.
    private static void StandIn(string feed, string version)
    {
        using var package = ZipFile.Open(Path.Combine(feed, $"{Package}.{version}.nupkg"), ZipArchiveMode.Create);
        using var nuspec = new StreamWriter(package.CreateEntry($"{Package}.nuspec").Open());
        nuspec.Write($"""
            <package><metadata>
              <id>{Package}</id><version>{version}</version><authors>nobody</authors><description>A stand-in.</description>
              <dependencies><dependency id="TorchSharp" version="{version}" /></dependencies>
            </metadata></package>
            """);
    }
}

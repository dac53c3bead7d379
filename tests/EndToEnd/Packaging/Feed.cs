using System.IO.Compression;
using System.Xml.Linq;

namespace Atelier.EndToEnd.Packaging;

/// <summary>The packages of this checkout in a folder, packed from what is built for these tests; the tool is built once more, for its platform.</summary>
public sealed class Feed : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The folder.</summary>
    public string Path => _folder.Path;

    /// <summary>The configuration that these tests and what they pack are built in.</summary>
    public static string Configuration { get; } = System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(Repository.Cli)!);

    /// <summary>Version of a package, which is in its file name.</summary>
    /// <param name="id">The package.</param>
    public string VersionOf(string id) => System.IO.Path.GetFileName(FileOf(id, "nupkg"))[(id.Length + 1)..^".nupkg".Length];

    /// <summary>A package's file.</summary>
    /// <param name="id">The package.</param>
    /// <param name="extension">Without a dot.</param>
    public string FileOf(string id, string extension) =>
        Directory.GetFiles(Path, $"{id}.*.{extension}").Single(file => char.IsDigit(System.IO.Path.GetFileName(file)[id.Length + 1]));

    /// <summary>What a package says of itself.</summary>
    /// <param name="id">The package.</param>
    public XElement NuspecOf(string id)
    {
        using var package = ZipFile.OpenRead(FileOf(id, "nupkg"));
        using var nuspec = package.GetEntry($"{id}.nuspec")!.Open();
        var read = XElement.Load(nuspec);
        foreach (var element in read.DescendantsAndSelf()) element.Name = element.Name.LocalName;
        return read.Element("metadata")!;
    }

    public async ValueTask InitializeAsync()
    {
        await PackAsync("Abstractions", "--no-build");
        await PackAsync("Client", "--no-build");
        await PackAsync("Cli", "--disable-build-servers");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task PackAsync(string project, string option)
    {
        var pack = await RunningProcess.RunAsync(
            "dotnet", "pack", System.IO.Path.Combine(Repository.Root, "src", project), "--configuration", Configuration, "--output", Path, "-v", "quiet", "-nologo", option);
        Assert.True(pack.ExitCode == 0, pack.Output + pack.Error);
    }
}

using Atelier.Abstractions;
using Atelier.Silo.Models;

namespace Atelier.Silo.Tests.Models;

public sealed class ModelLibraryTests
{
    private static readonly string Shapes = Find();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LoadAsync_Twice_SharesOneModel()
    {
        using var library = new ModelLibrary(new Dictionary<string, string> { ["shapes"] = Shapes });
        var digest = Atelier.Diffusion.Models.ModelFolder.Open(Shapes).Digest;
        Assert.Same(await library.LoadAsync("shapes", digest, "cpu", Cancel), await library.LoadAsync("shapes", digest, "cpu", Cancel));
    }

    [Fact]
    public async Task LoadAsync_AnUnknownModel_NamesTheKnownOnes()
    {
        using var library = new ModelLibrary(new Dictionary<string, string> { ["shapes"] = Shapes });
        var unknown = await Assert.ThrowsAsync<InvalidInputException>(() => library.LoadAsync("glide", "", "cpu", Cancel));
        Assert.Equal("no model 'glide' here; known: shapes", unknown.Message);
    }

    [Fact]
    public async Task LoadAsync_WithAnotherDigest_IsRefused()
    {
        using var library = new ModelLibrary(new Dictionary<string, string> { ["shapes"] = Shapes });
        var message = (await Assert.ThrowsAsync<InvalidInputException>(() => library.LoadAsync("shapes", new string('0', 64), "cpu", Cancel))).Message;
        Assert.EndsWith($"the job was made for {new string('0', 64)}", message, StringComparison.Ordinal);
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cluster.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "models", "shapes");
    }
}

using Atelier.Abstractions;
using Atelier.Silo.Models;

namespace Atelier.Silo.Tests.Models;

public sealed class ModelLibraryTests
{
    private static readonly string Shapes = Find();

    [Fact]
    public void Load_Twice_SharesOneModel()
    {
        using var library = new ModelLibrary(new Dictionary<string, string> { ["shapes"] = Shapes });
        var digest = Atelier.Diffusion.Models.ModelFolder.Open(Shapes).Digest;
        Assert.Same(library.Load("shapes", digest), library.Load("shapes", digest));
    }

    [Fact]
    public void Load_AnUnknownModel_NamesTheKnownOnes()
    {
        using var library = new ModelLibrary(new Dictionary<string, string> { ["shapes"] = Shapes });
        Assert.Equal("no model 'glide' here; known: shapes", Assert.Throws<InvalidInputException>(() => library.Load("glide", "")).Message);
    }

    [Fact]
    public void Load_WithAnotherDigest_IsRefused()
    {
        using var library = new ModelLibrary(new Dictionary<string, string> { ["shapes"] = Shapes });
        var message = Assert.Throws<InvalidInputException>(() => library.Load("shapes", new string('0', 64))).Message;
        Assert.EndsWith($"the job was made for {new string('0', 64)}", message, StringComparison.Ordinal);
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cluster.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "models", "shapes");
    }
}

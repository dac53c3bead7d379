using System.Xml.Linq;

namespace Atelier.EndToEnd;

public sealed class ProjectReferencesTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Input"] = [],
        ["Abstractions"] = [],
        ["Diffusion"] = ["Input"],
        ["Shapes"] = [],
        ["Dataset"] = ["Abstractions", "Input"],
        ["Grains"] = ["Abstractions", "Dataset"],
        ["Silo"] = ["Grains", "Diffusion", "Dataset", "Input", "ServiceDefaults"],
        ["Client"] = ["Abstractions"],
        ["Cli"] = ["Client", "Dashboard", "Dataset", "Diffusion", "Input", "Shapes", "Silo"],
        ["Dashboard"] = ["Client", "Dataset", "ServiceDefaults"],
        ["ServiceDefaults"] = [],
        ["AppHost"] = ["Silo", "Dashboard", "Cli"],
    };

    [Fact]
    public void Projects_ReferenceOnlyWhatTheArchitectureAllows()
    {
        var projects = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.NotEmpty(projects);
        foreach (var project in projects)
        {
            var name = Path.GetFileNameWithoutExtension(project);
            Assert.True(Allowed.TryGetValue(name, out var allowed), $"{name} is not in the architecture");
            foreach (var reference in References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))))
                Assert.True(allowed.Contains(reference), $"{name} references {reference}");
        }
    }

    [Theory]
    [InlineData("Grains")]
    [InlineData("Client")]
    [InlineData("Dataset")]
    [InlineData("Abstractions")]
    [InlineData("Shapes")]
    public void ProjectsWithoutTensors_DoNotReferenceTorch(string name) =>
        Assert.DoesNotContain(References(Project(name), "PackageReference"), package => package.StartsWith("TorchSharp", StringComparison.Ordinal));

    [Theory]
    [InlineData("Diffusion")]
    [InlineData("Shapes")]
    public void ProjectsWithoutACluster_DoNotReferenceOrleans(string name) =>
        Assert.DoesNotContain(References(Project(name), "PackageReference"), package => package.Contains("Orleans", StringComparison.Ordinal));

    private static string Project(string name) => Path.Combine(Repository.Root, "src", name, $"{name}.csproj");

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(project).Descendants(kind).Select(reference => (string)reference.Attribute("Include")!);
}

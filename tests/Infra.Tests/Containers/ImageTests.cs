using System.Text.RegularExpressions;
using System.Xml.Linq;
using YamlDotNet.Serialization;

namespace Atelier.Infra.Tests.Containers;

public sealed partial class ImageTests
{
    public static TheoryData<string> Images => new("silo", "dashboard");

    [Theory]
    [MemberData(nameof(Images))]
    public async Task Dockerfile_PassesItsLinter(string image) =>
        (await Tool.NodeAsync("node_modules/dockerfilelint/bin/dockerfilelint", null, PathOf(image))).Succeeded();

    [Theory]
    [MemberData(nameof(Images))]
    public void Image_IsBuiltOnTheOfficialOnes_AndRunsAsItsUser(string image)
    {
        var lines = File.ReadAllLines(PathOf(image));
        Assert.Equal(["FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build", "FROM mcr.microsoft.com/dotnet/aspnet:10.0"], lines.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)));
        Assert.Equal("USER 1654", Assert.Single(lines, line => line.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.Contains(lines, line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal) && line.EndsWith("CMD [\"/app/healthcheck\", \"9464\"]", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void Image_IsMadeOfAProject_AndRunsItsAssembly(string image)
    {
        var text = File.ReadAllText(PathOf(image));
        var project = Path.Combine(Checkout.Root, Published().Match(text).Groups[1].Value);
        var file = Assert.Single(Directory.GetFiles(project, "*.csproj"));
        Assert.Equal("Exe", XDocument.Load(file).Descendants("OutputType").SingleOrDefault()?.Value ?? "Exe"); // the Web SDK makes programs
        Assert.Contains($"ENTRYPOINT [\"dotnet\", \"Atelier.{Path.GetFileNameWithoutExtension(file)}.dll\"]", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Version_OfTheImagesAndTheChart_IsThatOfThePrograms()
    {
        var version = XDocument.Load(Path.Combine(Checkout.Root, "Directory.Build.props")).Descendants("Version").Single().Value;
        var chart = new DeserializerBuilder().Build().Deserialize<Dictionary<string, string>>(File.ReadAllText(Checkout.Infra("helm", "atelier", "Chart.yaml")));
        Assert.Equal(version, chart["appVersion"]);
        string[] files = [PathOf("silo"), PathOf("dashboard"), Checkout.Infra("compose", "compose.yaml")];
        Assert.All(files.SelectMany(file => Tag().Matches(File.ReadAllText(file))), tag => Assert.Equal(version, tag.Groups[1].Value));
    }

    private static string PathOf(string image) => Checkout.Infra("containers", $"{image}.Dockerfile");

    [GeneratedRegex(@"dotnet publish (\S+)")]
    private static partial Regex Published();

    [GeneratedRegex(@"atelier-(?:silo|silo-cuda|dashboard):(\S+)")]
    private static partial Regex Tag();
}

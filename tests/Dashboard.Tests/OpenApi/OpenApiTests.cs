using System.Text;
using System.Text.Json;

namespace Atelier.Dashboard.Tests.OpenApi;

public sealed class OpenApiTests(StoreDashboard dashboard) : IClassFixture<StoreDashboard>
{
    /// <summary>A change of the API is a change of its document, which is looked at with it.</summary>
    [Fact]
    public async Task Document_IsTheOneThatIsPublished()
    {
        var served = Encoding.UTF8.GetString((await dashboard.GetAsync("/api/v1/openapi.json")).Body).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var published = Path.Combine(Root(), "docs", "openapi.json");
        if (File.Exists(published) && await File.ReadAllTextAsync(published, TestContext.Current.CancellationToken) == served) return;
        var copy = Path.Combine(AppContext.BaseDirectory, "openapi.json");
        await File.WriteAllTextAsync(copy, served, TestContext.Current.CancellationToken);
        Assert.Fail($"docs/openapi.json is not what is served; if the change is meant: cp {copy} {published}");
    }

    [Fact]
    public async Task Document_IsOpenApi31_WithSeedsAsStringsAndDurationsAsNumbers()
    {
        using var document = JsonDocument.Parse((await dashboard.GetAsync("/api/v1/openapi.json")).Body);
        Assert.StartsWith("3.1", document.RootElement.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var schemas = document.RootElement.GetProperty("components").GetProperty("schemas");
        Assert.Equal("string", schemas.GetProperty("JobSpec").GetProperty("properties").GetProperty("seed").GetProperty("type").GetString());
        Assert.Contains("number", schemas.GetProperty("JobRowView").GetProperty("properties").GetProperty("eta").GetProperty("type").ToString(), StringComparison.Ordinal);
    }

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cluster.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}

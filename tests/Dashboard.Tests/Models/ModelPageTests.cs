using System.Net;
using Atelier.Dashboard.Models;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Tests.Models;

public sealed class ModelPageTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("atelier-model-").FullName;
    private DashboardHost? _host;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "evaluation"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "evaluation", "evaluation.csv"),
            "guidance,one_object,one_object_low,one_object_high,two_objects,two_objects_low,two_objects_high,diversity\n1,0.41,0.3,0.5,0.1,0,0.2,0.3\n3,0.93,0.8,0.95,0.5,0.4,0.6,0.2\n");
        var models = new[]
        {
            new KnownModel("shapes", new string('a', 64)) { Folder = _folder, Kind = "glide", ImageSize = 32, UpsampledSize = 64, Timesteps = 1000 },
            new KnownModel("other", new string('b', 64)),
        };
        _host = await DashboardHost.StartAsync(new DashboardOptions { Store = new MemoryStore(), Port = 0, Models = models });
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Page_OfAnEvaluatedModel_HasParametersPlotAndNumbers()
    {
        var (_, page) = await GetAsync("/models/shapes");
        foreach (var part in new[] { new string('a', 64), "32 x 32, upsampled to 64 x 64", "1,000", "41 % (30 to 50)", "93 % (80 to 95)", "/models/shapes/guidance.svg" }) Assert.Contains(part, page, StringComparison.Ordinal);
        var (_, plot) = await GetAsync($"/models/shapes/guidance.svg?digest={new string('a', 64)}&theme=dark&size=narrow");
        Assert.Contains("<svg", plot, StringComparison.Ordinal);
        Assert.Contains("one object: colour and shape", plot, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_OfAModelThatWasNotEvaluated_SaysSo_AndAnUnknownOneIsNotThere()
    {
        Assert.Contains("no evaluation can be shown", (await GetAsync("/models/other")).Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/models/other/guidance.svg")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"/models/shapes?digest={new string('b', 64)}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/models/none")).Status);
    }

    [Fact]
    public async Task Folder_IsNotToldByTheApi() => Assert.DoesNotContain(Path.GetFileName(_folder), (await GetAsync("/api/v1/models")).Page, StringComparison.Ordinal);

    private async Task<(HttpStatusCode Status, string Page)> GetAsync(string path)
    {
        using var http = new HttpClient { BaseAddress = _host!.Address };
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}

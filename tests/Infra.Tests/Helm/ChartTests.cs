using System.Text.RegularExpressions;
using Atelier.Infra.Tests.Prometheus;

namespace Atelier.Infra.Tests.Helm;

public sealed partial class ChartTests
{
    public static TheoryData<string> Examples => Chart.Examples;

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Chart_PassesHelmsLint(string example) =>
        (await Chart.RunAsync("lint", "--strict", Chart.Folder, "--values", Path.Combine(Chart.Folder, "examples", $"{example}.yaml"))).Succeeded();

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Objects_HaveOnlyFieldsThatKubernetesKnows(string example)
    {
        var objects = await Chart.ObjectsAsync(example);
        Assert.True(objects.Length >= 4);
        Assert.Distinct(objects.Select(one => $"{one.Kind} {one.Metadata.Name}"));
        Assert.All(objects, one => Assert.StartsWith($"{Chart.Release}-atelier", one.Metadata.Name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task MisspeltField_IsRefusedByName()
    {
        var document = Assert.Single(await Chart.DocumentsAsync("cpu"), document => document.Contains("kind: Deployment", StringComparison.Ordinal) && document.Contains("atelier-silo", StringComparison.Ordinal));
        var refused = Assert.ThrowsAny<Exception>(() => Chart.Read(document.Replace("readinessProbe:", "readynessProbe:", StringComparison.Ordinal)).ToList());
        Assert.Contains("readynessProbe", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ObjectsOfOperators_FitTheirModels()
    {
        var custom = (await Chart.DocumentsAsync("azure")).Where(Chart.IsCustom).ToArray();
        Assert.Equal(2, custom.Length);
        Assert.All(await Tool.NodeAsync<string?[]>("models.mjs", custom), Assert.Null);
        var refused = await Tool.NodeAsync<string?[]>("models.mjs", custom.Select(document => Field().Replace(document, "$1: [7]")));
        Assert.All(refused, Assert.NotNull);
    }

    [Fact]
    public async Task Scaler_AsksForSeriesThatAreReported()
    {
        var scaler = Assert.Single(await Chart.DocumentsAsync("azure"), document => document.Contains("kind: ScaledObject", StringComparison.Ordinal));
        var queries = Query().Matches(scaler).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(2, queries.Count);
        Assert.Contains("atelier_queue_shards", queries[0], StringComparison.Ordinal);
        Assert.Empty(await Metrics.ProblemsAsync(queries));
    }

    [Fact]
    public async Task Scaler_AndTheMonitor_NameOneCluster()
    {
        var documents = await Chart.DocumentsAsync("azure");
        var monitor = Assert.Single(documents, document => document.Contains("kind: PodMonitor", StringComparison.Ordinal));
        var scaler = Assert.Single(documents, document => document.Contains("kind: ScaledObject", StringComparison.Ordinal));
        Assert.Contains($"replacement: {Chart.Release}-atelier\n", monitor, StringComparison.Ordinal);
        Assert.Contains($"cluster=\"{Chart.Release}-atelier\"", scaler, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("azure", "silos.replicas=1", "/silos/replicas")]
    [InlineData("azure", "terminationGracePeriodSeconds=30", "/terminationGracePeriodSeconds")]
    [InlineData("azure", "redis.existingSecret=", "/redis/existingSecret")]
    [InlineData("azure", "redis.host=", "/redis")]
    [InlineData("azure", "redis.bundled=true", "/redis")]
    [InlineData("azure", "redis.password=secret", "password")]
    [InlineData("azure", "store.url=", "/store")]
    [InlineData("azure", "store.url=https://atelierdata.blob.core.windows.net/jobs?sig=secret", "/store/url")]
    [InlineData("azure", "store.url=http://atelierdata.blob.core.windows.net/jobs", "/store/url")]
    [InlineData("azure", "store.volume.size=1Ti", "/store")]
    [InlineData("azure", "workloadIdentity.clientId=", "/workloadIdentity/clientId")]
    [InlineData("azure", "scaling.prometheus=", "/scaling/prometheus")]
    [InlineData("azure", "scaling.cooldownSeconds=7200", "/scaling/cooldownSeconds")]
    [InlineData("azure", "silos.workers=2", "/silos/workers")]
    [InlineData("azure", "gpu.enabled=false", "/gpu/enabled")]
    [InlineData("azure", "gpu.precision=int8", "/gpu/precision")]
    [InlineData("azure", "gpu.replica=2", "replica")]
    [InlineData("azure", "dashboard.host=", "/dashboard/host")]
    [InlineData("azure", "dashboard.ingress.tlsSecret=", "/dashboard/ingress/tlsSecret")]
    [InlineData("azure", "metrics.port=30000", "/metrics/port")]
    [InlineData("cpu", "silos.workers=0", "/silos/workers")]
    [InlineData("volume", "store.volume.existingClaim=datasets", "/store")]
    public async Task Values_ThatCannotWork_AreRefused(string example, string value, string named)
    {
        var answer = await Chart.RenderAsync(example, value);
        Assert.NotEqual(0, answer.ExitCode);
        Assert.Contains("values don't meet the specifications of the schema", answer.Errors, StringComparison.Ordinal);
        Assert.Contains(named, answer.Errors, StringComparison.Ordinal);
    }

    [GeneratedRegex("^( +(?:interval|scaleTargetRef)):.*$", RegexOptions.Multiline)]
    private static partial Regex Field();

    [GeneratedRegex("query: '(.*)'$", RegexOptions.Multiline)]
    private static partial Regex Query();
}

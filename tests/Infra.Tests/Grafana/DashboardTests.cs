using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Atelier.Infra.Tests.Prometheus;

namespace Atelier.Infra.Tests.Grafana;

/// <summary>Grafana itself cannot be had from a package registry; what its importer and its panels need is checked here.</summary>
public sealed partial class DashboardTests
{
    private const int Columns = 24;

    private static readonly JsonNode Dashboard = JsonNode.Parse(File.ReadAllText(Checkout.Infra("grafana", "atelier.json")))!;

    private static IEnumerable<JsonNode> Panels => Dashboard["panels"]!.AsArray().Select(panel => panel!);

    private static IEnumerable<JsonNode> Charts => Panels.Where(panel => Text(panel["type"]) != "row");

    [Fact]
    public async Task Expressions_UseSeriesThatAreReported()
    {
        var expressions = Charts.SelectMany(panel => panel["targets"]!.AsArray()).Select(target => Text(target!["expr"])).ToList();
        Assert.True(expressions.Count >= 20);
        Assert.Empty(await Metrics.ProblemsAsync(expressions.Select(expression => expression.Replace("$__rate_interval", "5m", StringComparison.Ordinal))));
    }

    [Fact]
    public void EveryReportedMetric_IsShown()
    {
        var shown = Charts.SelectMany(panel => panel["targets"]!.AsArray()).Select(target => Text(target!["expr"])).ToList();
        var own = Metrics.Listed.Values.Distinct().Where(metric => metric.Name.StartsWith("atelier_", StringComparison.Ordinal));
        Assert.Empty(own.Where(metric => !shown.Exists(expression => metric.Series.Any(series => expression.Contains(series, StringComparison.Ordinal)))).Select(metric => metric.Name));
    }

    [Fact]
    public void Variables_AreDefined()
    {
        var defined = Dashboard["templating"]!["list"]!.AsArray().Select(variable => Text(variable!["name"])).Append("__rate_interval").ToHashSet();
        var used = Variable().Matches(Dashboard.ToJsonString()).Select(match => match.Groups[1].Value).Distinct();
        Assert.DoesNotContain(used, name => !defined.Contains(name));
    }

    [Fact]
    public void Charts_SayWhatTheyShow_InWhichUnit_FromTheChosenPrometheus()
    {
        Assert.All(Charts, panel =>
        {
            Assert.Contains(Text(panel["type"]), new[] { "timeseries", "stat" });
            Assert.NotEmpty(Text(panel["title"]));
            Assert.NotEmpty(Text(panel["description"]));
            Assert.NotEmpty(Text(panel["fieldConfig"]!["defaults"]!["unit"]));
            var targets = panel["targets"]!.AsArray();
            Assert.Distinct(targets.Select(target => Text(target!["refId"])));
            foreach (var source in targets.Select(target => target!["datasource"]).Append(panel["datasource"])) Assert.Equal("${datasource}", Text(source!["uid"]));
        });
        Assert.Distinct(Charts.Select(panel => Text(panel["title"])));
    }

    [Fact]
    public void Panels_HaveIdsOfTheirOwn_AndDoNotOverlap()
    {
        Assert.Distinct(Panels.Select(panel => panel["id"]!.GetValue<int>()));
        var taken = new HashSet<(int X, int Y)>();
        foreach (var place in Panels.Select(panel => panel["gridPos"].Deserialize<Place>(JsonSerializerOptions.Web)!))
        {
            Assert.True(place.X >= 0 && place.X + place.W <= Columns, $"{place} is wider than the page");
            for (var x = place.X; x < place.X + place.W; x++)
                for (var y = place.Y; y < place.Y + place.H; y++) Assert.True(taken.Add((x, y)), $"{place} covers another panel");
        }
    }

    [Fact]
    public void Dashboard_HasWhatGrafanaNeedsToImportIt()
    {
        Assert.Equal("atelier", Text(Dashboard["uid"]));
        Assert.NotEmpty(Text(Dashboard["title"]));
        Assert.InRange(Dashboard["schemaVersion"]!.GetValue<int>(), 36, 41);
        Assert.Null(Dashboard["id"]); // an id of another Grafana would replace what that has under it
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    [GeneratedRegex(@"\$\{?([a-z_]+)\}?")]
    private static partial Regex Variable();

    private sealed record Place(int X, int Y, int W, int H);
}

using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Atelier.Infra.Tests.Prometheus;

public sealed class RulesTests
{
    private const string Package = "prometheus";

    private static readonly IDeserializer Yaml = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).IgnoreUnmatchedProperties().Build();
    private static readonly string Rules = Checkout.Infra("prometheus", "rules.yml");
    private static readonly string Stories = Checkout.Infra("prometheus", "rules.test.yml");

    [Fact]
    public async Task Rules_AreValid() => (await Tool.DebianAsync(Package, "promtool", "check", "rules", "--lint-fatal", Rules)).Succeeded();

    [Fact]
    public async Task Rules_FireInTheirStories() => (await Tool.DebianAsync(Package, "promtool", "test", "rules", Stories)).Succeeded();

    [Fact]
    public async Task ScrapeConfiguration_IsValid() => (await Tool.DebianAsync(Package, "promtool", "check", "config", Checkout.Infra("prometheus", "prometheus.yml"))).Succeeded();

    [Fact]
    public void EveryAlert_HasAStoryInWhichItFires()
    {
        var fired = Yaml.Deserialize<StoryFile>(File.ReadAllText(Stories)).Tests.SelectMany(test => test.AlertRuleTest).Where(test => test.ExpAlerts.Count > 0).Select(test => test.Alertname);
        Assert.Equal(ReadRules().Where(rule => rule.Alert is not null).Select(rule => rule.Alert).Order(), fired.Distinct().Order());
    }

    [Fact]
    public async Task Expressions_UseSeriesThatAreReported()
    {
        var rules = ReadRules();
        Assert.NotEmpty(rules);
        Assert.Empty(await Metrics.ProblemsAsync(rules.Select(rule => rule.Expr), [.. rules.Select(rule => rule.Record).OfType<string>()]));
    }

    private static List<Rule> ReadRules() => [.. Yaml.Deserialize<RuleFile>(File.ReadAllText(Rules)).Groups.SelectMany(group => group.Rules)];

    private sealed class RuleFile
    {
        public List<RuleGroup> Groups { get; set; } = [];
    }

    private sealed class RuleGroup
    {
        public List<Rule> Rules { get; set; } = [];
    }

    private sealed class Rule
    {
        public string? Alert { get; set; }
        public string? Record { get; set; }
        public string Expr { get; set; } = "";
    }

    private sealed class StoryFile
    {
        public List<Story> Tests { get; set; } = [];
    }

    private sealed class Story
    {
        public List<AlertTest> AlertRuleTest { get; set; } = [];
    }

    private sealed class AlertTest
    {
        public string Alertname { get; set; } = "";
        public List<object> ExpAlerts { get; set; } = [];
    }
}

using System.Text.RegularExpressions;

namespace Atelier.Infra.Tests.Prometheus;

/// <summary>A metric that programs report.</summary>
/// <param name="Name">Its name for Prometheus.</param>
/// <param name="Type">counter, gauge or histogram.</param>
/// <param name="Labels">Its labels, each with its values where these are fixed.</param>
internal sealed record Metric(string Name, string Type, IReadOnlyDictionary<string, string[]?> Labels)
{
    /// <summary>The names of its series.</summary>
    public IEnumerable<string> Series => Type == "histogram" ? [$"{Name}_bucket", $"{Name}_sum", $"{Name}_count"] : [Name];
}

/// <summary>One matcher of a series in PromQL, such as <c>state="idle"</c>.</summary>
internal sealed record Matcher(string Label, string Operator, string Value);

/// <summary>The series that an expression selects.</summary>
internal sealed record Selector(string Name, Matcher[] Matchers);

/// <summary>An expression in PromQL, and what is wrong with its syntax.</summary>
internal sealed record ParsedExpression(string Expression, string[] Errors, Selector[] Selectors);

/// <summary>The list <c>infra/prometheus/metrics.txt</c>, and whether expressions keep to it.</summary>
internal static partial class Metrics
{
    // What the scrape adds to each series.
    private static readonly string[] Scraped = ["cluster", "instance", "job", "namespace", "pod", "le"];

    /// <summary>All metrics by the names of their series.</summary>
    public static Dictionary<string, Metric> Listed { get; } = Read().SelectMany(metric => metric.Series, (metric, name) => (metric, name))
        .ToDictionary(pair => pair.name, pair => pair.metric);

    /// <summary>What is wrong with expressions: syntax, series that nobody reports, labels that these do not have, values that labels never take.</summary>
    /// <param name="expressions">Expressions in PromQL.</param>
    /// <param name="recorded">Names of series that rules record.</param>
    public static async Task<string[]> ProblemsAsync(IEnumerable<string> expressions, params string[] recorded)
    {
        var parsed = await Tool.NodeAsync<ParsedExpression[]>("promql.mjs", expressions.ToArray());
        return [.. parsed.SelectMany(one => one.Errors.Concat(one.Selectors.SelectMany(selector => Problems(selector, recorded))).Select(problem => $"{problem} in {one.Expression}"))];
    }

    private static IEnumerable<string> Problems(Selector selector, string[] recorded)
    {
        if (recorded.Contains(selector.Name)) yield break;
        if (!Listed.TryGetValue(selector.Name, out var metric))
        {
            yield return $"nobody reports '{selector.Name}'";
            yield break;
        }
        foreach (var matcher in selector.Matchers)
        {
            if (!metric.Labels.TryGetValue(matcher.Label, out var values))
            {
                if (!Scraped.Contains(matcher.Label)) yield return $"{selector.Name} has no label '{matcher.Label}'";
            }
            else if (values is not null && matcher.Operator is "=" or "!=" && values?.Contains(matcher.Value) == false)
            {
                yield return $"{matcher.Label} of {selector.Name} is never '{matcher.Value}'";
            }
        }
    }

    private static IEnumerable<Metric> Read()
    {
        foreach (var line in File.ReadLines(Checkout.Infra("prometheus", "metrics.txt")))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var words = Spaces().Split(line.Trim());
            yield return new Metric(words[0], words[1], words[2..].Select(label => label.Split('=')).ToDictionary(label => label[0], label => label.ElementAtOrDefault(1)?.Split('|')));
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}

using System.Text.RegularExpressions;

namespace Atelier.Infra.Tests.Prometheus;

/// <summary>The instruments that programs measure with, read from their sources, by the names that Prometheus gets.</summary>
internal static partial class Instruments
{
    /// <summary>Names and types, such as <c>atelier_leases_total counter</c>.</summary>
    public static IEnumerable<string> Read() => Directory.GetFiles(Path.Combine(Checkout.Root, "src"), "*.cs", SearchOption.AllDirectories).SelectMany(path =>
    {
        var text = File.ReadAllText(path);
        return Creation().Matches(text).Select(made => NameOf(made.Groups["kind"].Value, made.Groups["name"].Value, Unit().Match(text, made.Index, text.IndexOf(';', made.Index) - made.Index).Groups[1].Value));
    });

    // As OpenTelemetry has it for Prometheus: the unit is spelt out, unless it is a note in braces, and a counter ends with total.
    private static string NameOf(string kind, string name, string unit)
    {
        var type = kind.EndsWith("Counter", StringComparison.Ordinal) ? "counter" : kind == "Histogram" ? "histogram" : "gauge";
        var suffix = unit switch { "s" => "_seconds", "By" => "_bytes", "1" => "_ratio", _ => "" };
        return $"{name.Replace('.', '_')}{suffix}{(type == "counter" ? "_total" : "")} {type}";
    }

    [GeneratedRegex("\\.Create(?<kind>Counter|ObservableCounter|Histogram|Gauge|ObservableGauge)(?:<\\w+>)?\\(\\s*\"(?<name>atelier\\.[a-z.]+)")]
    private static partial Regex Creation();

    [GeneratedRegex("\"(s|By|1|\\{\\w+\\})\"")]
    private static partial Regex Unit();
}

using System.Collections;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Atelier.Abstractions.Jobs;
using Microsoft.OpenApi;

namespace Atelier.Dashboard.OpenApi;

/// <summary>
/// Makes the comments of the code read as English to those who have not its names: a reference to a constant becomes its value, one to a list of words the words. The generator
/// writes references as declarations, such as <c>int JobLimits.MaxReason</c>.
/// </summary>
internal static partial class Descriptions
{
    private static readonly Dictionary<string, Type> Types = typeof(JobCodes).Assembly.GetExportedTypes().GroupBy(type => type.Name).ToDictionary(some => some.Key, some => some.First(), StringComparer.Ordinal);

    /// <summary>Rewrites all descriptions of a document.</summary>
    public static void Rewrite(OpenApiDocument document)
    {
        foreach (var schema in document.Components?.Schemas?.Values ?? []) Rewrite(schema);
        foreach (var operation in document.Paths.Values.SelectMany(path => (path.Operations ?? []).Values))
        {
            operation.Description = Rewrite(operation.Description);
            foreach (var parameter in operation.Parameters ?? []) parameter.Description = Rewrite(parameter.Description);
        }
    }

    /// <summary>A comment with values in place of names.</summary>
    public static string? Rewrite(string? text) => text is null ? null
        : Alone().Replace(Member().Replace(WebUtility.HtmlDecode(text), match => Of(match.Groups["type"].Value, match.Groups["member"].Value) ?? match.Value), match => Words(match.Groups["type"].Value) ?? match.Value);

    private static void Rewrite(IOpenApiSchema schema)
    {
        // A reference has that of its target until it is given one of its own.
        if (Rewrite(schema.Description) is { } words && words != schema.Description) schema.Description = words;
        // What is referred to is rewritten where it is.
        if (schema is OpenApiSchemaReference) return;
        foreach (var part in (schema.Properties?.Values ?? []).Concat(schema.OneOf ?? []).Concat(schema.AnyOf ?? []).Concat(schema.AllOf ?? [])) Rewrite(part);
        if (schema.Items is { } items) Rewrite(items);
        if (schema.AdditionalProperties is { } others) Rewrite(others);
    }

    private static string? Of(string type, string member)
    {
        if (!Types.TryGetValue(type, out var declaring)) return null;
        var value = declaring.GetField(member, BindingFlags.Public | BindingFlags.Static)?.GetValue(null) ?? declaring.GetProperty(member, BindingFlags.Public | BindingFlags.Static)?.GetValue(null);
        return value switch
        {
            null => null,
            Enum word => $"`{JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString())}`",
            int or long => string.Format(CultureInfo.InvariantCulture, "{0:N0}", value),
            IEnumerable list and not string => string.Join(", ", list.Cast<object>().Select(one => $"`{one}`")),
            _ => $"`{value}`",
        };
    }

    // A class of constants that are texts stands for all of them.
    private static string? Words(string type)
    {
        if (!Types.TryGetValue(type, out var declaring) || !declaring.IsAbstract || !declaring.IsSealed) return null;
        var words = declaring.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral && field.FieldType == typeof(string)).Select(field => $"`{field.GetRawConstantValue()}`").ToList();
        return words.Count == 0 ? null : string.Join(", ", words);
    }

    [GeneratedRegex(@"(?<![`\w.])(?:(?:int|long|double|string|TimeSpan|IReadOnlyList<\w+>) |(?<own>[A-Z]\w+) (?=\k<own>\.))?(?<type>[A-Z]\w+)\.(?<member>[A-Z]\w+)(?![\w`(])")]
    private static partial Regex Member();

    [GeneratedRegex(@"(?<=\bone of )(?<type>[A-Z]\w+)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Alone();
}

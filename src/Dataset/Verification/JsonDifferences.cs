using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Atelier.Dataset.Verification;

/// <summary>In what two values of one type differ, by the names that their files have.</summary>
internal static class JsonDifferences
{
    /// <summary>One text for each property that differs, such as <c>plan.batch_size is 4; the rest of the job makes it 2</c>.</summary>
    public static IEnumerable<string> Of<T>(T found, T expected, JsonTypeInfo<T> type) =>
        Of(JsonSerializer.SerializeToNode(found, type), JsonSerializer.SerializeToNode(expected, type), "");

    private static IEnumerable<string> Of(JsonNode? found, JsonNode? expected, string name)
    {
        if (found is JsonObject left && expected is JsonObject right)
        {
            return left.Select(property => property.Key).Union(right.Select(property => property.Key))
                .SelectMany(key => Of(left[key], right[key], name.Length == 0 ? key : $"{name}.{key}"));
        }
        return JsonNode.DeepEquals(found, expected) ? [] : [$"{name} is {Show(found)}; the rest of the job makes it {Show(expected)}"];
    }

    private static string Show(JsonNode? node) => node?.ToJsonString() ?? "absent";
}

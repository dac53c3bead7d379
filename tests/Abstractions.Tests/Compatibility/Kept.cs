using System.Text.Json.Nodes;

namespace Atelier.Abstractions.Tests.Compatibility;

/// <summary>Whether all that was said once is still there.</summary>
internal static class Kept
{
    /// <summary>What today's value lacks or has otherwise; more members than then are well.</summary>
    /// <param name="then">The value of a release.</param>
    /// <param name="today">The same, read by this code.</param>
    /// <param name="place">Where in the value.</param>
    public static IEnumerable<string> Differences(JsonNode? then, JsonNode? today, string place = "")
    {
        if (then is JsonObject members)
            return members.SelectMany(member => today is JsonObject now && now.ContainsKey(member.Key) ? Differences(member.Value, now[member.Key], $"{place}.{member.Key}") : [$"{place}.{member.Key} is gone"]);
        if (then is JsonArray { Count: var count } items && today is JsonArray others && others.Count == count)
            return items.Zip(others).SelectMany((pair, i) => Differences(pair.First, pair.Second, $"{place}[{i}]"));
        return JsonNode.DeepEquals(then, today) ? [] : [$"{place} was {then?.ToJsonString() ?? "null"} and is {today?.ToJsonString() ?? "null"}"];
    }
}

using System.Text.Json;

namespace Atelier.Golden;

/// <summary>Reads case.json so that what is missing is named.</summary>
internal static class CaseJson
{
    /// <exception cref="InvalidDataException">There is no such member.</exception>
    public static JsonElement Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member)
            ? member
            : throw new InvalidDataException($"case.json has no '{name}' where one is needed");
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Atelier.Abstractions.Tests.Compatibility;
using Atelier.Dataset.Jobs;

namespace Atelier.Dataset.Tests.Compatibility;

/// <summary>
/// What the last release has left in a store is read. Stored.jsonl has a record of each kind with all its members; a line stays as it is for as long as such
/// stores are to be read.
/// </summary>
public sealed class StoredRecordsTests
{
    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Compatibility", "Stored.jsonl");
    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Dictionary<string, Type> Kinds = typeof(JobJson).GetCustomAttributesData()
        .Where(data => data.AttributeType == typeof(JsonSerializableAttribute)).Select(data => (Type)data.ConstructorArguments[0].Value!).ToDictionary(type => type.Name, StringComparer.Ordinal);

    public static IEnumerable<TheoryDataRow<string, string>> Lines() => File.ReadLines(Golden).Select(line => JsonNode.Parse(line)!)
        .Select(line => new TheoryDataRow<string, string>((string)line["kind"]!, line["record"]!.ToJsonString()) { TestDisplayName = $"Record_OfTheLastRelease_IsReadWithAllItSays({line["kind"]})" });

    [Theory]
    [MemberData(nameof(Lines))]
    public void Record_OfTheLastRelease_IsReadWithAllItSays(string kind, string record)
    {
        var type = JobJson.Line.GetTypeInfo(Kinds[kind])!;
        var read = JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(record), type);
        Assert.Empty(Kept.Differences(JsonNode.Parse(record), JsonSerializer.SerializeToNode(read, type), kind));
    }

    [Fact]
    public void Record_OfEveryKind_HasItsLine()
    {
        var known = Lines().Select(line => line.Data.Item1).ToHashSet(StringComparer.Ordinal);
        var missing = Kinds.Where(kind => !known.Contains(kind.Key)).Select(kind => Line(kind.Key, kind.Value)).ToList();
        Assert.True(missing.Count == 0, $"add to Stored.jsonl:\n{string.Join('\n', missing)}\n");
    }

    private static string Line(string kind, Type type) =>
        new JsonObject { ["kind"] = kind, ["record"] = JsonSerializer.SerializeToNode(Sample.Of(type), JobJson.Line.GetTypeInfo(type)!) }.ToJsonString(Unescaped);
}

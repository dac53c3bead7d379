using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Atelier.Abstractions.Tests.Compatibility;

/// <summary>
/// What silos and clients of the last release send is understood. Messages.jsonl has the bytes of one message of each type and what they mean; a line stays as
/// it is for as long as silos that wrote it may run beside those of today.
/// </summary>
public sealed class MessagesTests
{
    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "Compatibility", "Messages.jsonl");
    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Serializer Orleans =
        new ServiceCollection().AddSerializer(builder => builder.AddAssembly(typeof(InvalidInputException).Assembly)).BuildServiceProvider().GetRequiredService<Serializer>();

    public static IEnumerable<TheoryDataRow<string, string, string>> Lines() => File.ReadLines(Golden).Select(line => JsonNode.Parse(line)!)
        .Select(line => new TheoryDataRow<string, string, string>((string)line["type"]!, (string)line["bytes"]!, line["value"]!.ToJsonString()) { TestDisplayName = $"Message_OfTheLastRelease_IsUnderstood({line["type"]})" });

    [Theory]
    [MemberData(nameof(Lines))]
    public void Message_OfTheLastRelease_IsUnderstood(string type, string bytes, string value) =>
        Assert.Empty(Kept.Differences(JsonNode.Parse(value), Meaning(Orleans.Deserialize<object>(Convert.FromBase64String(bytes))!), type));

    [Fact]
    public void Message_OfEveryType_HasItsLine()
    {
        var known = Lines().Select(line => line.Data.Item1).ToHashSet(StringComparer.Ordinal);
        var missing = Contracts.Messages().Where(type => !known.Contains(Contracts.AliasOf(type))).Select(Line).ToList();
        Assert.True(missing.Count == 0, $"add to Messages.jsonl:\n{string.Join('\n', missing)}\n");
    }

    // Two types of one program cannot have one alias, so here it is the older type that knows less: an unknown member is passed over.
    [Fact]
    public void Message_OfALaterRelease_WithAMemberMore_IsUnderstood()
    {
        var serializer = new ServiceCollection().AddSerializer(builder => builder.AddAssembly(typeof(MessagesTests).Assembly)).BuildServiceProvider().GetRequiredService<Serializer>();
        var later = serializer.SerializeToArray(new Later { Kept = "text", Added = [1, 2, 3] });
        Assert.Equal("text", serializer.Deserialize<Earlier>(later).Kept);
    }

    private static string Line(Type type)
    {
        var value = type.IsAssignableTo(typeof(Exception)) ? Activator.CreateInstance(type, "text")! : Sample.Of(type);
        var line = new JsonObject { ["type"] = Contracts.AliasOf(type), ["bytes"] = Convert.ToBase64String(Orleans.SerializeToArray<object>(value)), ["value"] = Meaning(value) };
        return line.ToJsonString(Unescaped);
    }

    private static JsonNode? Meaning(object value) =>
        value is Exception error ? new JsonObject { ["Message"] = error.Message } : JsonSerializer.SerializeToNode(value, value.GetType());
}

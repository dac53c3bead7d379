using System.Text.Json;
using System.Text.Json.Serialization;
using Atelier.Abstractions.Shards;

namespace Atelier.Dashboard.Json;

/// <summary>Where a shard stands, as a word: the eighths of one that is leased are of its map alone.</summary>
internal sealed class ShardStateJson : JsonConverter<ShardState>
{
    /// <summary>The word.</summary>
    public static string WordOf(ShardState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName((state > ShardState.Leased ? ShardState.Leased : state).ToString());

    public override ShardState Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new JsonException("where a shard stands is told, not asked for");

    public override void Write(Utf8JsonWriter writer, ShardState value, JsonSerializerOptions options) => writer.WriteStringValue(WordOf(value));
}

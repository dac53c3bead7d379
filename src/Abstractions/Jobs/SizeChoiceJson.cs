using System.Text.Json;
using System.Text.Json.Serialization;

namespace Atelier.Abstractions.Jobs;

/// <summary>A size choice as JSON: a number, or one of the words.</summary>
public sealed class SizeChoiceJson : JsonConverter<SizeChoice>
{
    /// <inheritdoc/>
    public override SizeChoice Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetInt32(out var number) => number,
            JsonTokenType.String when reader.ValueTextEquals(SizeChoice.ByJobWord) => SizeChoice.ByJob,
            JsonTokenType.String when reader.ValueTextEquals(SizeChoice.ByDeviceWord) => SizeChoice.ByDevice,
            _ => throw new JsonException($"A size is a number, \"{SizeChoice.ByJobWord}\" or \"{SizeChoice.ByDeviceWord}\"."),
        };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, SizeChoice value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value.Number is { } number) writer.WriteNumberValue(number);
        else writer.WriteStringValue(value.ToString());
    }
}

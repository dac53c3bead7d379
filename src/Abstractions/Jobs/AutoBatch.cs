using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Atelier.Abstractions.Jobs;

/// <summary>The batch size of a plan as text and JSON: a number, or <c>auto</c> where it is null, because a device is still to choose it.</summary>
public sealed class AutoBatch : JsonConverter<int?>
{
    /// <summary>What stands for null.</summary>
    public const string Word = "auto";

    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <summary>A batch size as text.</summary>
    /// <param name="batchSize">The batch size.</param>
    public static string ToText(int? batchSize) => batchSize?.ToString(CultureInfo.InvariantCulture) ?? Word;

    /// <inheritdoc/>
    public override int? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Number => reader.GetInt32(),
            JsonTokenType.String when reader.ValueTextEquals(Word) => null,
            _ => throw new JsonException($"A batch size is a number or \"{Word}\"."),
        };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, int? value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value is { } number) writer.WriteNumberValue(number);
        else writer.WriteStringValue(Word);
    }
}

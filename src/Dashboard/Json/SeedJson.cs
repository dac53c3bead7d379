using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Atelier.Dashboard.Json;

/// <summary>A seed as a string of digits; a number is read too, of which the sender has kept all digits or has not.</summary>
internal sealed class SeedJson : JsonConverter<ulong>
{
    private const string Allowed = "A seed is a whole number from 0 to 18446744073709551615, better as a string.";

    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetUInt64(out var number) => number,
        JsonTokenType.String when ulong.TryParse(reader.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new JsonException(Allowed),
    };

    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Atelier.Dashboard.Json;

/// <summary>A moment as RFC 3339 in UTC, to the millisecond: <c>2026-11-27T05:20:11.042Z</c>.</summary>
internal sealed class MomentJson : JsonConverter<DateTimeOffset>
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture));
}

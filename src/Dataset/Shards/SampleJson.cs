using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Atelier.Dataset.Shards;

/// <summary>
/// The metadata of a sample as the tar has it. Readers such as Hugging Face's <c>datasets</c> guess a column's type from its first
/// values, so each field is there in every sample and of one type: a real number always has a point, and a seed, which may need 64 bits
/// without a sign, is a string of digits. What a row does not have is an empty string, and a class that it does not have is -1: no null is of any type.
/// </summary>
internal static class SampleJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // As Hugging Face's ClassLabel has it.
    private const int NoClass = -1;

    // What is in a tar has an image, whose name tells its format; where it is and how long, the tar itself tells.
    private static readonly ShardColumn[] Columns =
    [
        .. ShardColumns.All.Except<ShardColumn>(
            [ShardColumns.Format, ShardColumns.Status, ShardColumns.ErrorCode, ShardColumns.ErrorMessage, ShardColumns.Bytes, ShardColumns.ImageOffset]),
    ];

    /// <summary>One object without line breaks.</summary>
    public static byte[] Write(ShardRow row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            foreach (var column in Columns)
            {
                json.WritePropertyName(column.Name);
                WriteValue(json, column, column.ValueOf(row));
            }
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteValue(Utf8JsonWriter json, ShardColumn column, object? value)
    {
        switch (value)
        {
            case string or ulong: json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
            case int or long: json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case double real: WriteReal(json, real); break;
            case null when column.Type == typeof(string) || column.Type == typeof(ulong): json.WriteStringValue(""); break;
            case null: json.WriteNumberValue(NoClass); break;
            default: throw new InvalidOperationException($"Column {column.Name} has values of type {value.GetType()}, which have no form in JSON.");
        }
    }

    private static void WriteReal(Utf8JsonWriter json, double value)
    {
        // The shortest text that reads back as the same number; without point or exponent it would read back as an integer.
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        json.WriteRawValue(text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text);
    }
}

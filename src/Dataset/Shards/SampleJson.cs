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

    /// <summary>One object without line breaks.</summary>
    public static byte[] Write(ShardRow row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("key", row.Key);
            json.WriteString("id", row.Id ?? "");
            json.WriteString("prompt", row.Prompt);
            json.WriteNumber("row", row.Row);
            json.WriteNumber("image", row.Image);
            json.WriteString("seed", row.Seed.ToString(CultureInfo.InvariantCulture));
            json.WriteString("row_seed", row.RowSeed?.ToString(CultureInfo.InvariantCulture) ?? "");
            WriteReal(json, "guidance_scale", row.GuidanceScale);
            json.WriteString("negative_prompt", row.NegativePrompt);
            json.WriteString("label", row.Label ?? "");
            json.WriteNumber("class", row.Class ?? NoClass);
            WriteReal(json, "classifier_scale", row.ClassifierScale);
            json.WriteString("input_sha256", row.InputSha256 ?? "");
            json.WriteString("sampler", row.Sampler);
            json.WriteNumber("steps", row.Steps);
            WriteReal(json, "eta", row.Eta);
            json.WriteString("model", row.Model);
            json.WriteString("model_digest", row.ModelDigest);
            json.WriteNumber("width", row.Width!.Value);
            json.WriteNumber("height", row.Height!.Value);
            json.WriteNumber("tokens", row.Tokens);
            json.WriteBoolean("truncated", row.Truncated);
            json.WriteString("pixel_sha256", row.PixelSha256);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteReal(Utf8JsonWriter json, string name, double value)
    {
        // The shortest text that reads back as the same number; without point or exponent it would read back as an integer.
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        json.WritePropertyName(name);
        json.WriteRawValue(text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text);
    }
}

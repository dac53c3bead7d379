using System.Text.Json;

namespace Atelier.Dashboard.Json;

/// <summary>Values as one JSON object a line, written as they come.</summary>
internal static class JsonLines
{
    // Often enough for a reader to see something, seldom enough to be cheap.
    private const int FlushBytes = 64 << 10;
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    /// <summary>Writes them.</summary>
    public static async Task WriteAsync<T>(HttpResponse response, IAsyncEnumerable<T> values, CancellationToken cancellationToken)
    {
        response.ContentType = "application/x-ndjson";
        await foreach (var value in values.WithCancellation(cancellationToken))
        {
            JsonSerializer.Serialize(new Utf8JsonWriter(response.BodyWriter), value, ApiJson.Options);
            response.BodyWriter.Write(NewLine);
            if (response.BodyWriter.UnflushedBytes >= FlushBytes) await response.BodyWriter.FlushAsync(cancellationToken);
        }
        await response.BodyWriter.FlushAsync(cancellationToken);
    }

    private static void Write(this System.IO.Pipelines.PipeWriter writer, byte[] bytes)
    {
        bytes.CopyTo(writer.GetSpan(bytes.Length));
        writer.Advance(bytes.Length);
    }
}

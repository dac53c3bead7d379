using System.Security.Cryptography;
using System.Text;

namespace Atelier.Dataset.Parts;

/// <summary>
/// The bytes of a part: its key, the samples of one batch as they were drawn, and a SHA-256 over all of that. Pixels are kept as they are, since
/// a part lives for minutes and is written while the device waits for nothing.
/// </summary>
internal static class PartFile
{
    private const string Form = "atelier part 1";

    /// <summary>Writes a part.</summary>
    public static byte[] Write(PartKey key, IReadOnlyList<PartSample> samples)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, Encoding.UTF8, leaveOpen: true))
        {
            WriteKey(writer, key);
            writer.Write(samples.Count);
            foreach (var sample in samples)
            {
                writer.Write(sample.Sample);
                writer.Write(sample.Tokens);
                writer.Write(sample.Truncated);
                writer.Write(sample.Rgb?.Length ?? -1);
                if (sample.Rgb is not null) writer.Write(sample.Rgb);
                WriteText(writer, sample.ErrorCode);
                WriteText(writer, sample.ErrorMessage);
            }
        }
        content.Write(SHA256.HashData(content.GetBuffer().AsSpan(0, (int)content.Length)));
        return content.ToArray();
    }

    /// <summary>Reads a part; null where the bytes are not a whole one, or have another key.</summary>
    public static IReadOnlyList<PartSample>? Read(byte[] content, PartKey key)
    {
        var length = content.Length - SHA256.HashSizeInBytes;
        if (length < 0 || !SHA256.HashData(content.AsSpan(0, length)).AsSpan().SequenceEqual(content.AsSpan(length))) return null;
        using var reader = new BinaryReader(new MemoryStream(content, 0, length, writable: false), Encoding.UTF8);
        try
        {
            return HasKey(reader, key) ? ReadSamples(reader, length) : null;
        }
        catch (Exception malformed) when (malformed is EndOfStreamException or FormatException or InvalidDataException)
        {
            return null;
        }
    }

    private static void WriteKey(BinaryWriter writer, PartKey key)
    {
        writer.Write(Form);
        writer.Write(key.Incarnation.ToByteArray());
        writer.Write(key.NumericsClass);
        writer.Write(key.Shard);
        writer.Write(key.Batch);
    }

    private static bool HasKey(BinaryReader reader, PartKey key) =>
        reader.ReadString() == Form
        && reader.ReadBytes(16).AsSpan().SequenceEqual(key.Incarnation.ToByteArray())
        && reader.ReadString() == key.NumericsClass
        && reader.ReadInt32() == key.Shard
        && reader.ReadInt32() == key.Batch;

    private static List<PartSample> ReadSamples(BinaryReader reader, int length)
    {
        var samples = new List<PartSample>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var (sample, tokens, truncated, pixels) = (reader.ReadInt64(), reader.ReadInt32(), reader.ReadBoolean(), reader.ReadInt32());
            if (pixels > length) throw new InvalidDataException($"a sample has {pixels} bytes in a part of {length}");
            var rgb = pixels < 0 ? null : reader.ReadBytes(pixels);
            samples.Add(new PartSample(sample, rgb, ReadText(reader), ReadText(reader), tokens, truncated));
        }
        return samples;
    }

    private static void WriteText(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null) writer.Write(text);
    }

    private static string? ReadText(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;
}

using System.Buffers.Binary;
using System.IO.Compression;

namespace Atelier.Diffusion.Tokenization;

/// <summary>Reads a small file, plain or compressed with gzip, that may come from a stranger.</summary>
internal static class BoundedFile
{
    // Fifty times the largest official file: room for any vocabulary, and an end to a compressed file that swells without limit.
    private const int MaxBytes = 64 << 20;

    private const string Compressed = ".gz";

    // A header of 10 bytes, an empty deflate stream of 2, a checksum and a length of 4 each (RFC 1952, section 2.3).
    private const int MinCompressedBytes = 20;

    /// <summary>The path of a file in a folder, or of its compressed form if only that is there.</summary>
    public static string Find(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (File.Exists(path))
            return path;
        return File.Exists(path + Compressed)
            ? path + Compressed
            : throw Invalid(path, $"neither {name} nor {name}{Compressed} is there");
    }

    /// <summary>The content, decompressed.</summary>
    /// <exception cref="InvalidDataException">It is larger than 64 MiB, damaged or cut short.</exception>
    public static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        var isCompressed = path.EndsWith(Compressed, StringComparison.Ordinal);
        var content = isCompressed ? Decompress(path, file) : ReadToLimit(file);
        if (content.Length > MaxBytes)
            throw Invalid(path, $"larger than {MaxBytes >> 20} MiB, which no vocabulary is");

        // GZipStream ends without complaint where a cut file ends.
        if (isCompressed && StatedLength(file) != content.Length)
            throw Invalid(path, $"the file is cut short or damaged: its {content.Length} bytes are not as many as it states");
        return content;
    }

    public static InvalidDataException Invalid(string path, string what, Exception? inner = null) => new($"{path}: {what}.", inner);

    private static byte[] Decompress(string path, FileStream file)
    {
        try
        {
            using var gzip = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            return ReadToLimit(gzip);
        }
        catch (InvalidDataException exception)
        {
            throw Invalid(path, $"the compressed data is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>The whole stream, or so much of it that it is seen to be too large.</summary>
    private static byte[] ReadToLimit(Stream stream)
    {
        using var content = new MemoryStream();
        var buffer = new byte[81_920];
        for (int count; content.Length <= MaxBytes && (count = stream.Read(buffer)) > 0;)
            content.Write(buffer, 0, count);
        return content.ToArray();
    }

    /// <summary>The length of the content, with which a gzip file ends (RFC 1952, section 2.3.1, ISIZE); -1 if it has none.</summary>
    private static long StatedLength(FileStream file)
    {
        if (file.Length < MinCompressedBytes)
            return -1;

        Span<byte> trailer = stackalloc byte[sizeof(uint)];
        file.Seek(-trailer.Length, SeekOrigin.End);
        file.ReadExactly(trailer);
        return BinaryPrimitives.ReadUInt32LittleEndian(trailer);
    }
}

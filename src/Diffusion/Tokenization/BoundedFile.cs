using System.Buffers.Binary;
using System.IO.Compression;
using Atelier.Input;

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
    /// <exception cref="InvalidDataException">It is no regular file, larger than 64 MiB, damaged or cut short.</exception>
    public static byte[] Read(string path)
    {
        using var file = RegularFile.OpenRead(path, MaxBytes);
        if (!path.EndsWith(Compressed, StringComparison.Ordinal))
            return RegularFile.ReadToEnd(file, path, MaxBytes);

        var content = ContentBoundary.Read(path, "has damaged compressed data", () =>
        {
            using var gzip = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            return RegularFile.ReadToEnd(gzip, path, MaxBytes);
        });

        // GZipStream ends without complaint where a cut file ends.
        return StatedLength(file) == content.Length
            ? content
            : throw Invalid(path, $"the file is cut short or damaged: its {content.Length} bytes are not as many as it states");
    }

    public static InvalidDataException Invalid(string path, string what) => new($"{PrintableText.Of(path, PrintableText.PathLength)}: {what}.");

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

using System.Globalization;
using System.Text;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Images;
using Atelier.Dataset.Shards;

namespace Atelier.Dataset.Verification;

/// <summary>
/// Compares a shard's tar file with its metadata. A row gives the names, lengths and bytes of all its files but the image, whose pixels it gives the hash of: so nothing
/// is read by what the tar says of itself. In the end the tar is made again from the rows and the images, which leaves no byte of it uncompared.
/// </summary>
internal static class TarVerification
{
    private const int NameBytes = 100;

    /// <summary>The first thing that is not as the rows say; null when there is none.</summary>
    /// <param name="tar">The file, whose SHA-256 is that of the stats.</param>
    /// <param name="rows">The rows of the shard, each without contradiction.</param>
    /// <param name="sha256">SHA-256 of the file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<string?> CompareAsync(Stream tar, IReadOnlyList<ShardRow> rows, string sha256, CancellationToken cancellationToken)
    {
        using var again = new HashingStream(Stream.Null);
        var writer = new ShardTar(again);
        foreach (var row in rows.Where(row => row.Status == SampleStatus.Ok))
        {
            var offset = tar.Position + ShardTar.BlockBytes;
            var (image, problem) = await ReadAsync(tar, $"{row.Key}.{row.Format}", row.Bytes!.Value, cancellationToken).ConfigureAwait(false);
            if (problem is not null) return problem;
            if (row.ImageOffset != offset)
                return string.Create(CultureInfo.InvariantCulture, $"has the image of sample {row.Key} at byte {offset}; its metadata says {row.ImageOffset}");
            if (ProblemWith(image, row) is { } unlike) return $"has an image of sample {row.Key} that {unlike}";
            foreach (var (name, expected) in ShardTar.Companions(row))
            {
                (var content, problem) = await ReadAsync(tar, name, expected.Length, cancellationToken).ConfigureAwait(false);
                if (problem is not null) return problem;
                if (!content.AsSpan().SequenceEqual(expected)) return $"has a file {name} that is not what the metadata of the sample makes it";
            }
            await writer.AddAsync(row, image, cancellationToken).ConfigureAwait(false);
        }
        await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        return again.Sha256() == sha256 ? null : "has headers, or bytes between and after its files, that no shard has";
    }

    private static async Task<(byte[] Content, string? Problem)> ReadAsync(Stream tar, string name, long length, CancellationToken cancellationToken)
    {
        var header = new byte[ShardTar.BlockBytes];
        if (await tar.ReadAtLeastAsync(header, ShardTar.BlockBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < ShardTar.BlockBytes)
            return ([], $"ends where '{name}' belongs");
        var found = Encoding.UTF8.GetString(header.AsSpan(0, NameBytes)).TrimEnd('\0');
        if (found != name) return ([], $"has '{Input.PrintableText.Of(found)}' where '{name}' belongs");
        // USTAR has lengths of eleven octal digits.
        var digits = Convert.ToString(length, 8).PadLeft(11, '0');
        if (!header.AsSpan(124, 11).SequenceEqual(Encoding.ASCII.GetBytes(digits)))
            return ([], string.Create(CultureInfo.InvariantCulture, $"has a file {name} that is not of {length} bytes, as the metadata of the sample makes it"));
        var padded = (length + ShardTar.BlockBytes - 1) / ShardTar.BlockBytes * ShardTar.BlockBytes;
        if (padded > tar.Length - tar.Position) return ([], $"ends within '{name}'");
        var content = new byte[length];
        await tar.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        tar.Position += padded - length;
        return (content, null);
    }

    /// <summary>What is wrong with an image, in words that follow "an image that"; null when nothing is.</summary>
    private static string? ProblemWith(byte[] content, ShardRow row)
    {
        if (!IsOfFormat(content, row.Format)) return $"is no {row.Format}";
        try
        {
            var (width, height) = SquareImage.SizeOf(content);
            if ((width, height) != (row.Width, row.Height))
                return string.Create(CultureInfo.InvariantCulture, $"has {width}x{height} pixels; its metadata says {row.Width}x{row.Height}");
            var pixels = ImageDecoder.Decode(content);
            // Lossy formats do not keep the pixels that the model made.
            if (row.Format != ImageFormats.Png) return null;
            var sha256 = pixels.Sha256();
            return sha256 == row.PixelSha256 ? null : $"has pixels of SHA-256 {sha256}; its metadata says {row.PixelSha256}";
        }
        catch (Exception undecodable) when (undecodable is not OutOfMemoryException)
        {
            return $"cannot be decoded: {undecodable.Message}";
        }
    }

    private static bool IsOfFormat(ReadOnlySpan<byte> content, string format) => format switch
    {
        ImageFormats.Png => content.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]),
        ImageFormats.Jpg => content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]),
        ImageFormats.Webp => content.Length > 12 && content.StartsWith("RIFF"u8) && content[8..].StartsWith("WEBP"u8),
        _ => false,
    };
}

using System.Formats.Tar;

namespace Atelier.Dataset.Captions;

/// <summary>
/// A tar file for a <see cref="TarReader"/>, which reads headers by blocks and skips contents. Each block is looked at before the reader sees it, since the
/// reader allocates as much for a long name or extended attributes as their header claims.
/// </summary>
/// <param name="file">The file, which is left open.</param>
internal sealed class TarBlocks(FileStream file) : Stream
{
    private const int BlockBytes = 512;

    // Names and attributes of real files have some kilobytes.
    private const int MaxExtensionBytes = 1 << 20;

    // Writers fill the last record with zeros, which has 10,240 bytes unless they were told otherwise.
    private const int MaxPaddingBytes = 1 << 20;

    private bool _endsEmpty;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position { get => file.Position; set => file.Position = value; }

    public override int Read(Span<byte> buffer)
    {
        var count = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        _endsEmpty = count == BlockBytes && !buffer.ContainsAnyExcept((byte)0);
        if (count == BlockBytes) CheckExtension(buffer);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    /// <summary>After the last entry: refuses a file without an end, whose last entries may be missing, and one that goes on behind it.</summary>
    /// <exception cref="InvalidDataException">It is one of them.</exception>
    public void CheckEnd()
    {
        if (!_endsEmpty) throw new InvalidDataException("it does not end with an empty block, so it is cut short or damaged");
        var left = file.Length - file.Position;
        var padding = new byte[Math.Min(left, MaxPaddingBytes)];
        file.ReadExactly(padding);
        if (left > MaxPaddingBytes || padding.AsSpan().ContainsAnyExcept((byte)0))
            throw new InvalidDataException("it goes on behind its end; tar files are joined by 'tar --concatenate', not one behind the other");
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // Type, size and checksum of a header: POSIX.1-2017, pax, "ustar Interchange Format"; L and K are GNU tar's long names. A block of another checksum is
    // no header, and the reader will refuse it if it needs one.
    private static void CheckExtension(ReadOnlySpan<byte> block)
    {
        if ((char)block[156] is not ('x' or 'g' or 'L' or 'K')) return;
        var sum = 8 * ' ';
        for (var i = 0; i < BlockBytes; i++) sum += i is >= 148 and < 156 ? 0 : block[i];
        if (Number(block[148..156]) == sum && Number(block[124..136]) is null or > MaxExtensionBytes)
            throw new InvalidDataException($"a long name or extended attributes in it have more than {MaxExtensionBytes:N0} bytes");
    }

    // An octal number; null for what is none, or has more digits than can matter here.
    private static int? Number(ReadOnlySpan<byte> field)
    {
        var digits = field.Trim(" \0"u8).TrimStart((byte)'0');
        if (digits.Length > 8) return null;
        var value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7') return null;
            value = 8 * value + digit - '0';
        }
        return value;
    }
}

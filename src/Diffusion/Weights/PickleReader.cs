using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Atelier.Input;

namespace Atelier.Diffusion.Weights;

/// <summary>Reads the arguments of pickle instructions, and not a byte more than the pickle has: a stream may hold several pickles.</summary>
internal sealed class PickleReader(Stream stream, string path)
{
    /// <summary>Longest pickle. Tensors' elements are outside of it; a network of ten thousand tensors takes two megabytes.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>Longest string, which may be a whole configuration file beside the tensors.</summary>
    public const long MaxStringBytes = 16 << 20;

    private const int MaxLineBytes = 1 << 16;
    private const int MaxIntegerBytes = 64;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>How many bytes the instructions read so far take.</summary>
    public long BytesRead { get; private set; }

    public byte ReadByte()
    {
        Count(1);
        var value = stream.ReadByte();
        return value >= 0 ? (byte)value : throw Truncated();
    }

    public int ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(4));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(8));

    public double ReadFloat64() => BinaryPrimitives.ReadDoubleBigEndian(ReadBytes(8));

    /// <summary>A two's complement integer of so many bytes: a long, or a BigInteger if it is longer.</summary>
    public object ReadInteger(long length)
    {
        if (length is < 0 or > MaxIntegerBytes) throw CheckpointError.Unusable(path, $"its pickle has an integer of {length} bytes");
        return Shortest(new BigInteger(ReadBytes(length)));
    }

    public byte[] ReadBytes(ulong length) => length <= (ulong)MaxStringBytes
        ? ReadBytes((long)length)
        : throw CheckpointError.Unusable(path, $"its pickle has a string of {length} bytes; at most {MaxStringBytes} are allowed");

    public string ReadText(ulong length)
    {
        try
        {
            return s_utf8.GetString(ReadBytes(length));
        }
        catch (DecoderFallbackException damaged)
        {
            throw CheckpointError.Unusable(path, $"its pickle has a string that is not UTF-8 at byte {damaged.Index}");
        }
    }

    /// <summary>Text up to a newline, which is not part of it.</summary>
    public string ReadLine()
    {
        var line = new StringBuilder();
        for (byte value; (value = ReadByte()) != '\n';)
        {
            if (line.Length == MaxLineBytes) throw CheckpointError.Unusable(path, $"its pickle has a line of more than {MaxLineBytes} bytes");
            line.Append((char)value);
        }
        return line.ToString();
    }

    /// <summary>A string that protocol 0 writes as a quoted Python literal; escapes are not needed in names and are refused.</summary>
    public string ReadQuotedLine()
    {
        var line = ReadLine();
        return line.Length >= 2 && line[0] is '\'' or '"' && line[^1] == line[0] && !line.Contains('\\', StringComparison.Ordinal)
            ? line[1..^1]
            : throw CheckpointError.Unusable(path, $"its pickle has the string {PrintableText.Of(line)}");
    }

    /// <summary>Text that protocol 0 writes without quotes, in Latin-1 and with escapes; these are refused too.</summary>
    public string ReadUnicodeLine()
    {
        var line = ReadLine();
        return line.Contains('\\', StringComparison.Ordinal) ? throw CheckpointError.Unusable(path, $"its pickle has the string {PrintableText.Of(line)}") : line;
    }

    /// <summary>A decimal integer; <c>01</c> and <c>00</c> are protocol 0's True and False, a trailing L is Python 2's.</summary>
    public object ReadIntegerLine()
    {
        var line = ReadLine();
        if (line is "01" or "00") return line == "01";
        var digits = line.EndsWith('L') ? line[..^1] : line;
        return digits.Length <= MaxIntegerBytes && BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? Shortest(value)
            : throw CheckpointError.Unusable(path, $"its pickle has the integer {PrintableText.Of(line)}");
    }

    public double ReadFloatLine()
    {
        var line = ReadLine();
        return double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw CheckpointError.Unusable(path, $"its pickle has the number {PrintableText.Of(line)}");
    }

    private static object Shortest(BigInteger value)
    {
        object shortest = value;
        if (value >= long.MinValue && value <= long.MaxValue) shortest = (long)value;
        return shortest;
    }

    private byte[] ReadBytes(long length)
    {
        // Grows with what is there, so that a claimed length costs nothing.
        Count(length);
        var bytes = new byte[Math.Min(length, 1 << 16)];
        for (var read = 0L; read < length;)
        {
            if (read == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(length, 2L * bytes.Length));
            var count = stream.Read(bytes, (int)read, (int)(bytes.Length - read));
            if (count == 0) throw Truncated();
            read += count;
        }
        return bytes;
    }

    private void Count(long bytes)
    {
        if ((BytesRead += bytes) > MaxBytes) throw CheckpointError.Unusable(path, $"its pickle is longer than {MaxBytes} bytes");
    }

    private InvalidDataException Truncated() => CheckpointError.Unusable(path, "its pickle is truncated");
}

using System.Buffers;
using System.Text;

namespace Atelier.Bench.Sample.Onnx;

/// <summary>A protocol buffer message in the making: varints, 32-bit floats and length-delimited fields are all that ONNX needs.</summary>
internal sealed class ProtoMessage
{
    private const int VarintWire = 0, DelimitedWire = 2, Fixed32Wire = 5;
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Bytes so far.</summary>
    public long Length => _bytes.WrittenCount;

    /// <summary>Adds an integer or an enumeration's value.</summary>
    public ProtoMessage Add(int field, long value)
    {
        WriteVarint((ulong)field << 3 | VarintWire);
        WriteVarint((ulong)value);
        return this;
    }

    /// <summary>Adds a float.</summary>
    public ProtoMessage Add(int field, float value)
    {
        WriteVarint((ulong)field << 3 | Fixed32Wire);
        _bytes.Write(BitConverter.GetBytes(value));
        return this;
    }

    /// <summary>Adds a string.</summary>
    public ProtoMessage Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Adds bytes.</summary>
    public ProtoMessage Add(int field, ReadOnlySpan<byte> value)
    {
        AddHead(field, value.Length);
        _bytes.Write(value);
        return this;
    }

    /// <summary>Adds a message.</summary>
    public ProtoMessage Add(int field, ProtoMessage message) => Add(field, message._bytes.WrittenSpan);

    /// <summary>Adds tag and length of a field whose bytes the caller writes.</summary>
    public ProtoMessage AddHead(int field, long length)
    {
        WriteVarint((ulong)field << 3 | DelimitedWire);
        WriteVarint((ulong)length);
        return this;
    }

    /// <summary>Writes all of it.</summary>
    public void CopyTo(Stream stream) => stream.Write(_bytes.WrittenSpan);

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Write([(byte)(value | 0x80)]);
        _bytes.Write([(byte)value]);
    }
}

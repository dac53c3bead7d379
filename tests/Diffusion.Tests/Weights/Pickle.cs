using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Atelier.Diffusion.Tests.Weights;

/// <summary>Pickles made instruction by instruction.</summary>
internal static class Pickle
{
    public static byte[] Program(params byte[][] instructions) => [0x80, 2, .. Join(instructions), (byte)'.'];

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    public static byte[] Text(string text) => [(byte)'X', .. Length(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Integer(BigInteger value) => [0x8a, (byte)value.ToByteArray().Length, .. value.ToByteArray()];

    public static byte[] Tuple(params byte[][] items) => [(byte)'(', .. Join(items), (byte)'t'];

    public static byte[] Integers(params long[] values) => Tuple([.. values.Select(value => Integer(value))]);

    public static byte[] List(params byte[][] items) => [(byte)']', (byte)'(', .. Join(items), (byte)'e'];

    public static byte[] Dict(params (string Key, byte[] Value)[] items) =>
        [(byte)'}', (byte)'(', .. items.SelectMany(item => Join(Text(item.Key), item.Value)), (byte)'u'];

    public static byte[] Global(string module, string name) => [(byte)'c', .. Encoding.ASCII.GetBytes($"{module}\n{name}\n")];

    public static byte[] Call(byte[] function, params byte[][] arguments) => [.. function, .. Tuple(arguments), (byte)'R'];

    public static byte[] None { get; } = [(byte)'N'];

    public static byte[] False { get; } = [0x89];

    public static byte[] Storage(string type, string key, long length, bool legacy = false) =>
        [.. Tuple([Text("storage"), Global("torch", type), Text(key), Text("cpu"), Integer(length), .. legacy ? [None] : Array.Empty<byte[]>()]), (byte)'Q'];

    public static byte[] Tensor(byte[] storage, long offset, long[] shape, long[] strides) => Call(
        Global("torch._utils", "_rebuild_tensor_v2"), storage, Integer(offset), Integers(shape), Integers(strides), False,
        Call(Global("collections", "OrderedDict")));

    /// <summary>A vector of float32, the whole of storage <paramref name="key"/>.</summary>
    public static byte[] Vector(string key, long length, bool legacy = false) =>
        Tensor(Storage("FloatStorage", key, length, legacy), 0, [length], [1]);

    private static byte[] Length(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}

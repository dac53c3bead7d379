using System.Buffers.Binary;
using System.Text.Json;
using Atelier.Diffusion.Weights;

namespace Atelier.Bench.Networks;

/// <summary>A safetensors file of a network's keys and shapes with random bfloat16 numbers; never more than a block of it is in memory.</summary>
internal static class RandomWeights
{
    private const int Block = 1 << 24;

    // Sign and mantissa of numbers from 2^-6 to below 2^-5 in bfloat16: small enough that nothing overflows.
    private const ushort Free = 0x807F, Exponent = 0x3C80;

    /// <summary>Writes the file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="shapes">What to write.</param>
    public static void Write(string path, IReadOnlyDictionary<string, TensorEntry> shapes)
    {
        using var file = File.Create(path);
        var header = Header(shapes, out var bytes);
        file.Write(header);
        var block = RandomNumbers();
        for (var left = bytes; left > 0; left -= block.Length) file.Write(block.AsSpan(0, (int)Math.Min(left, block.Length)));
    }

    private static byte[] Header(IReadOnlyDictionary<string, TensorEntry> shapes, out long offset)
    {
        offset = 0;
        var entries = new Dictionary<string, object>();
        foreach (var (key, entry) in shapes)
            entries.Add(key, new { dtype = "BF16", shape = entry.Shape, data_offsets = new[] { offset, offset += entry.Elements * sizeof(ushort) } });
        var json = JsonSerializer.SerializeToUtf8Bytes(entries);
        var header = new byte[sizeof(long) + json.Length];
        BinaryPrimitives.WriteInt64LittleEndian(header, json.Length);
        json.CopyTo(header, sizeof(long));
        return header;
    }

    private static byte[] RandomNumbers()
    {
        var block = new byte[Block];
        new Random(1).NextBytes(block);
        for (var i = 0; i < Block; i += sizeof(ushort))
        {
            var bits = BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(i));
            BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(i), (ushort)((bits & Free) | Exponent));
        }
        return block;
    }
}

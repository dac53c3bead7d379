using System.Buffers.Binary;
using Atelier.Dataset.Images;

namespace Atelier.Dataset.Tests.Images;

/// <summary>Images that tests can make again.</summary>
internal static class TestImages
{
    /// <summary>Every pixel at random.</summary>
    public static RgbImage Noise(int width, int height, int seed = 1)
    {
        var pixels = new byte[3 * width * height];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    /// <summary>A smooth image, which lossy formats keep well.</summary>
    public static RgbImage Gradient(int width, int height, int blue = 100)
    {
        var pixels = new byte[3 * width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = 3 * ((y * width) + x);
                (pixels[at], pixels[at + 1], pixels[at + 2]) = ((byte)(255 * x / width), (byte)(255 * y / height), (byte)blue);
            }
        }
        return new RgbImage(width, height, pixels);
    }

    /// <summary>A PNG whose header claims another size: width and height stand from byte 16, and their checksum from byte 29.</summary>
    public static byte[] WithSize(byte[] png, int size)
    {
        var changed = (byte[])png.Clone();
        BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(16), size);
        BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(20), size);
        BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(29), Crc32(changed.AsSpan(12, 17)));
        return changed;
    }

    // The checksum of PNG (ISO/IEC 15948, annex D).
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }
}

using System.Security.Cryptography;

namespace Atelier.Dataset.Images;

/// <summary>An image of three bytes a pixel: red, green, blue (sRGB), left to right, top to bottom, <c>[height, width, 3]</c>.</summary>
public sealed class RgbImage
{
    /// <summary>Wraps pixels, which are not copied and must not be changed afterwards.</summary>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">3 * width * height bytes.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.LongLength != 3L * width * height)
            throw new ArgumentException($"{width} x {height} pixels need {3L * width * height} bytes; there are {pixels.Length}.", nameof(pixels));
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The bytes; not to be changed.</summary>
    public byte[] Pixels { get; }

    /// <summary>Lower-case hex SHA-256 of the bytes: equal for equal pixels, whatever format and codec they were saved with.</summary>
    public string Sha256() => Convert.ToHexStringLower(SHA256.HashData(Pixels));
}

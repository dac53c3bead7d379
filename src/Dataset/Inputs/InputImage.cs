using System.Runtime.InteropServices;
using Atelier.Dataset.Images;
using SkiaSharp;

namespace Atelier.Dataset.Inputs;

/// <summary>
/// What is known of an image that a row inpaints: a square PNG whose opaque pixels are kept and whose transparent ones are drawn. What is under the
/// transparent ones is not in the file.
/// </summary>
public sealed class InputImage
{
    private const int MaxSize = 4096;

    /// <summary>Wraps pixels, which are not copied and must not be changed afterwards.</summary>
    /// <param name="size">Width and height, 1 to 4,096.</param>
    /// <param name="rgb">3 * size * size bytes, <c>[size, size, 3]</c> in sRGB.</param>
    /// <param name="isKept">size * size values: true where the pixel is kept.</param>
    /// <exception cref="ArgumentException">The sizes do not fit.</exception>
    public InputImage(int size, byte[] rgb, bool[] isKept)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSize);
        ArgumentNullException.ThrowIfNull(rgb);
        ArgumentNullException.ThrowIfNull(isKept);
        if (isKept.Length != size * size || rgb.Length != 3 * isKept.Length)
            throw new ArgumentException($"{size} x {size} pixels need {3 * size * size} bytes and {size * size} values; there are {rgb.Length} and {isKept.Length}.", nameof(rgb));
        (Size, Rgb, IsKept) = (size, rgb, isKept);
    }

    /// <summary>Width and height.</summary>
    public int Size { get; }

    /// <summary>Red, green and blue of each pixel, rows from the top; 0 where it is not kept.</summary>
    public byte[] Rgb { get; }

    /// <summary>For each pixel whether it is kept; the others are drawn new.</summary>
    public bool[] IsKept { get; }

    /// <summary>The PNG: the same bytes for the same kept pixels.</summary>
    public byte[] Encode()
    {
        var rgba = new byte[4 * IsKept.Length];
        for (var pixel = 0; pixel < IsKept.Length; pixel++)
        {
            if (!IsKept[pixel]) continue;
            Rgb.AsSpan(3 * pixel, 3).CopyTo(rgba.AsSpan(4 * pixel));
            rgba[4 * pixel + 3] = 255;
        }
        using var bitmap = new SKBitmap(Info(Size));
        Marshal.Copy(rgba, 0, bitmap.GetPixels(), rgba.Length);
        using var pixels = bitmap.PeekPixels();
        using var data = ImageEncoder.EncodePng(pixels);
        return data?.ToArray() ?? throw new InvalidOperationException($"Skia cannot encode an image of {Size} x {Size} pixels.");
    }

    /// <summary>Reads what <see cref="Encode"/> has written.</summary>
    /// <param name="content">The PNG.</param>
    /// <exception cref="InvalidDataException">It is not an image, only a part of one, not square or larger than 4,096 pixels.</exception>
    public static InputImage Decode(byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var image = EncodedImage.Open(content);
        var size = image.Width;
        if (size != image.Height || size > MaxSize)
            throw new InvalidDataException($"it has {size}x{image.Height} pixels; allowed: a square of up to {MaxSize}x{MaxSize}");
        using var bitmap = image.Decode(SKAlphaType.Unpremul);

        var source = bitmap.GetPixelSpan();
        var (rgb, isKept) = (new byte[3 * size * size], new bool[size * size]);
        for (var pixel = 0; pixel < isKept.Length; pixel++)
        {
            isKept[pixel] = source[4 * pixel + 3] >= 128;
            if (isKept[pixel]) source.Slice(4 * pixel, 3).CopyTo(rgb.AsSpan(3 * pixel));
        }
        return new InputImage(size, rgb, isKept);
    }

    private static SKImageInfo Info(int size) => new(size, size, SKColorType.Rgba8888, SKAlphaType.Unpremul);
}

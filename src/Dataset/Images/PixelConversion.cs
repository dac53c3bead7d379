using System.Runtime.InteropServices;
using SkiaSharp;

namespace Atelier.Dataset.Images;

/// <summary>Between our three bytes a pixel and Skia's four.</summary>
internal static class PixelConversion
{
    public static SKImageInfo OpaqueInfo(int width, int height) => new(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);

    /// <summary>The image as an opaque bitmap, which the caller disposes.</summary>
    public static SKBitmap ToBitmap(RgbImage image)
    {
        var source = image.Pixels;
        var rgba = new byte[source.Length / 3 * 4];
        for (int from = 0, to = 0; from < source.Length; from += 3, to += 4)
        {
            rgba[to] = source[from];
            rgba[to + 1] = source[from + 1];
            rgba[to + 2] = source[from + 2];
            rgba[to + 3] = 255;
        }
        var bitmap = new SKBitmap(OpaqueInfo(image.Width, image.Height));
        Marshal.Copy(rgba, 0, bitmap.GetPixels(), rgba.Length);
        return bitmap;
    }

    /// <summary>The colours of an opaque RGBA bitmap.</summary>
    public static RgbImage FromBitmap(SKBitmap bitmap)
    {
        var source = bitmap.GetPixelSpan();
        var pixels = new byte[3 * bitmap.Width * bitmap.Height];
        for (int from = 0, to = 0; to < pixels.Length; from += 4, to += 3)
            source.Slice(from, 3).CopyTo(pixels.AsSpan(to));
        return new RgbImage(bitmap.Width, bitmap.Height, pixels);
    }
}

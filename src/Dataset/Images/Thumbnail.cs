using SkiaSharp;

namespace Atelier.Dataset.Images;

/// <summary>Makes small pictures of large ones, for pages that show many.</summary>
public static class Thumbnail
{
    private const int Quality = 80;

    /// <summary>The image as a lossy WebP, as large as fits into a square; never larger than it was.</summary>
    /// <param name="content">The bytes of an image file.</param>
    /// <param name="size">Width and height of the square, at least 1.</param>
    /// <exception cref="InvalidDataException">They are not an image, only a part of one, or one of more than 64 million pixels.</exception>
    public static byte[] Make(byte[] content, int size)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        using var encoded = EncodedImage.Open(content);
        using var bitmap = encoded.Decode(SKAlphaType.Premul);
        var scale = Math.Min(1, (double)size / Math.Max(bitmap.Width, bitmap.Height));
        using var small = new SKBitmap(PixelConversion.OpaqueInfo(Math.Max(1, (int)(bitmap.Width * scale)), Math.Max(1, (int)(bitmap.Height * scale))));
        using var canvas = new SKCanvas(small);
        canvas.Clear(SKColors.White);
        bitmap.SetImmutable();
        using var image = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(image, SKRect.Create(bitmap.Width, bitmap.Height), SKRect.Create(small.Width, small.Height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        canvas.Flush();
        using var data = small.Encode(SKEncodedImageFormat.Webp, Quality) ?? throw new InvalidDataException("the image cannot be made smaller");
        return data.ToArray();
    }
}

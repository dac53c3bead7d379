using SkiaSharp;

namespace Atelier.Dataset.Images;

/// <summary>Makes a square of a picture as it is meant to be seen: turned as its EXIF tag says, on white where it is transparent.</summary>
internal static class SquareImage
{
    /// <summary>The largest square in the middle, scaled to a size.</summary>
    /// <exception cref="InvalidDataException">The content is not an image, only a part of one, or one of too many pixels.</exception>
    public static RgbImage Decode(byte[] content, int size)
    {
        using var encoded = EncodedImage.Open(content);
        using var bitmap = encoded.Decode(SKAlphaType.Premul);
        using var square = new SKBitmap(PixelConversion.OpaqueInfo(size, size));
        using var canvas = new SKCanvas(square);
        canvas.Clear(SKColors.White);
        Turn(canvas, encoded.Origin, size);
        // The square is in the middle, so it is the same one before and after turning.
        var side = Math.Min(bitmap.Width, bitmap.Height);
        var source = SKRect.Create((bitmap.Width - side) / 2, (bitmap.Height - side) / 2, side, side);
        // What can still change would be copied.
        bitmap.SetImmutable();
        using var image = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(image, source, SKRect.Create(size, size), Sampling(side, size));
        canvas.Flush();
        return PixelConversion.FromBitmap(square);
    }

    /// <summary>Width and height of a picture as it is meant to be seen, from its header alone.</summary>
    /// <exception cref="InvalidDataException">The content is not an image, or one of too many pixels.</exception>
    public static (int Width, int Height) SizeOf(byte[] content)
    {
        using var image = EncodedImage.Open(content);
        return image.Origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom
            ? (image.Height, image.Width)
            : (image.Width, image.Height);
    }

    private static SKSamplingOptions Sampling(int side, int size) => side switch
    {
        _ when side == size => new SKSamplingOptions(SKFilterMode.Nearest),
        _ when side > size => new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear),
        _ => new SKSamplingOptions(SKCubicResampler.Mitchell),
    };

    /// <summary>Makes the canvas draw a stored square as it is to be seen (EXIF 2.3, tag Orientation).</summary>
    private static void Turn(SKCanvas canvas, SKEncodedOrigin origin, int size)
    {
        // Each as the x and y that a stored point (x, y) is seen at.
        var matrix = origin switch
        {
            SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, size, 0, 1, 0, 0, 0, 1),
            SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, size, 0, -1, size, 0, 0, 1),
            SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, size, 0, 0, 1),
            SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightTop => new SKMatrix(0, -1, size, 1, 0, 0, 0, 0, 1),
            SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, size, -1, 0, size, 0, 0, 1),
            SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, size, 0, 0, 1),
            _ => SKMatrix.Identity,
        };
        canvas.Concat(in matrix);
    }
}

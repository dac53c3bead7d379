using SkiaSharp;

namespace Atelier.Dataset.Images;

/// <summary>Decodes images of png, jpg, webp, gif and bmp, among them those that <see cref="ImageEncoder"/> writes.</summary>
public static class ImageDecoder
{
    /// <summary>Decodes an image, of an animation the first frame; what is transparent in it comes out as it looks on black.</summary>
    /// <param name="content">The bytes of an image file.</param>
    /// <exception cref="InvalidDataException">They are not an image, only a part of one, or one of more than 64 million pixels.</exception>
    public static RgbImage Decode(byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var image = EncodedImage.Open(content);
        using var bitmap = image.Decode(image.IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Premul);
        return PixelConversion.FromBitmap(bitmap);
    }
}

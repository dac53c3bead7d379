using SkiaSharp;

namespace Atelier.Dataset.Images;

/// <summary>Decodes images of any format that Skia knows, among them those that <see cref="ImageEncoder"/> writes.</summary>
public static class ImageDecoder
{
    /// <summary>Decodes an image; what is transparent in it comes out as it looks on black.</summary>
    /// <param name="content">The bytes of an image file.</param>
    /// <exception cref="InvalidDataException">They are not an image, or only a part of one.</exception>
    public static RgbImage Decode(byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        using var data = SKData.CreateCopy(content);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException("It is not an image of a known format.");
        var info = codec.Info;
        using var bitmap = new SKBitmap(new SKImageInfo(info.Width, info.Height, SKColorType.Rgba8888, info.IsOpaque ? SKAlphaType.Opaque : SKAlphaType.Premul));
        var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        return result == SKCodecResult.Success
            ? PixelConversion.FromBitmap(bitmap)
            : throw new InvalidDataException($"The image cannot be decoded ({result}).");
    }
}

using System.Reflection;
using Atelier.Abstractions.Shards;
using SkiaSharp;

namespace Atelier.Dataset.Images;

/// <summary>
/// Encodes images with Skia: the same bytes for the same pixels and settings on every run of one <see cref="Codec"/>. No metadata, no
/// colour profile, no alpha channel.
/// </summary>
public static class ImageEncoder
{
    private const int PngCompression = 6;

    /// <summary>Names the library that decides the bytes, such as <c>skia-3.119.4</c>; part of the numerics class.</summary>
    public static string Codec { get; } = "skia-" + typeof(SKBitmap).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Encodes an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="format">One of <see cref="ImageFormats.All"/>: <c>png</c> is lossless, <c>jpg</c> keeps full colour resolution (4:4:4).</param>
    /// <param name="quality">1 to 100, for the lossy formats.</param>
    /// <exception cref="ArgumentException">The format or the quality is none of those.</exception>
    public static byte[] Encode(RgbImage image, string format, int quality)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        using var bitmap = PixelConversion.ToBitmap(image);
        using var pixels = bitmap.PeekPixels();
        using var data = format switch
        {
            ImageFormats.Png => EncodePng(pixels),
            ImageFormats.Jpg => pixels.Encode(
                new SKJpegEncoderOptions(quality, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore)),
            ImageFormats.Webp => pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, quality)),
            _ => throw new ArgumentException($"Unknown image format '{format}'; known: {string.Join(", ", ImageFormats.All)}.", nameof(format)),
        };
        return data?.ToArray()
            ?? throw new InvalidOperationException($"Skia cannot encode an image of {image.Width} x {image.Height} pixels as {format}.");
    }

    /// <summary>The PNG of pixels with or without transparency; null where Skia cannot. The caller disposes it.</summary>
    internal static SKData? EncodePng(SKPixmap pixels) => pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, PngCompression));
}

using SkiaSharp;

namespace Atelier.Dataset.Images;

/// <summary>
/// An image file of a stranger, looked at before anything is allocated for its pixels. Every decoder of this project goes through it. The format is told by
/// the content, not by the name. Of an animation it is the first frame.
/// </summary>
internal sealed class EncodedImage : IDisposable
{
    /// <summary>How long an image file may be that is read into memory.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>How many pixels an image may have: 256 MB when decoded.</summary>
    public const long MaxPixels = 64_000_000;

    // Skia knows more, among them raw photographs, and WBMP, which almost any file of two zeros is.
    private static readonly SKEncodedImageFormat[] Formats =
        [SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Webp, SKEncodedImageFormat.Gif, SKEncodedImageFormat.Bmp];

    private readonly SKData _data;
    private readonly SKCodec _codec;

    private EncodedImage(SKData data, SKCodec codec) => (_data, _codec) = (data, codec);

    /// <summary>Pixels in a row, as they are stored.</summary>
    public int Width => _codec.Info.Width;

    /// <summary>Rows, as they are stored.</summary>
    public int Height => _codec.Info.Height;

    /// <summary>How the stored pixels must be turned to be seen as they are meant (EXIF 2.3, tag Orientation).</summary>
    public SKEncodedOrigin Origin => _codec.EncodedOrigin;

    /// <summary>Whether no pixel can be transparent.</summary>
    public bool IsOpaque => _codec.Info.IsOpaque;

    /// <summary>Reads the header.</summary>
    /// <param name="content">The file, or its beginning where only the header matters.</param>
    /// <exception cref="InvalidDataException">It is no image of a known format, or too large; in words that follow "it cannot be used:".</exception>
    public static EncodedImage Open(ReadOnlySpan<byte> content)
    {
        SKData? data = null;
        SKCodec? codec = null;
        try
        {
            data = SKData.CreateCopy(content);
            codec = SKCodec.Create(data);
            if (codec is null || !Formats.Contains(codec.EncodedFormat)) throw new InvalidDataException("it is not an image of a known format");
            var image = new EncodedImage(data, codec);
            if ((long)image.Width * image.Height > MaxPixels)
                throw new InvalidDataException($"it has {image.Width}x{image.Height} pixels; at most {MaxPixels:N0} are allowed");
            (data, codec) = (null, null);
            return image;
        }
        finally
        {
            codec?.Dispose();
            data?.Dispose();
        }
    }

    /// <summary>All its pixels, <see cref="Width"/> x <see cref="Height"/> in RGBA of 8 bits. The caller disposes the bitmap.</summary>
    /// <param name="alpha">What becomes of transparency.</param>
    /// <exception cref="InvalidDataException">It is damaged, or a part of it is missing.</exception>
    public SKBitmap Decode(SKAlphaType alpha)
    {
        var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, alpha));
        var result = _codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result == SKCodecResult.Success) return bitmap;

        bitmap.Dispose();
        throw new InvalidDataException($"the image in it cannot be decoded ({result})");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _codec.Dispose();
        _data.Dispose();
    }
}

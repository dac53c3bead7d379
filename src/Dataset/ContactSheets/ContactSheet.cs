using Atelier.Abstractions.Shards;
using Atelier.Dataset.Images;
using SkiaSharp;

namespace Atelier.Dataset.ContactSheets;

/// <summary>
/// Draws images with their captions on one page, as a PNG file. Small images are enlarged by a whole factor without smoothing, so that
/// their pixels show as they are. The same bytes for the same images, on a machine with fonts or without: it brings its own.
/// </summary>
public static class ContactSheet
{
    /// <summary>The most images that one sheet shows.</summary>
    public const int MaxImages = 48;

    private const int Columns = 8;
    private const int MinCell = 128;
    private const int MaxCell = 256;
    private const int Margin = 24;
    private const int Gap = 16;
    private const int CaptionLines = 3;
    private const float CaptionSize = 11;
    private const float CaptionLineHeight = 14;
    private const int CaptionTop = 6;
    private const float TitleSize = 18;
    private const int TitleHeight = 36;
    private const string NoCaption = "(empty prompt)";

    private static readonly SKColor Paper = new(0xFA, 0xFA, 0xF8);
    private static readonly SKColor Ink = new(0x33, 0x36, 0x3B);
    private static readonly SKColor FaintInk = new(0x9A, 0x9D, 0xA3);
    private static readonly SKColor Frame = new(0xD9, 0xDB, 0xDE);

    /// <summary>Draws a sheet, eight images to a row.</summary>
    /// <param name="images">The images, 1 to <see cref="MaxImages"/>.</param>
    /// <param name="title">A line above them.</param>
    /// <returns>A PNG file.</returns>
    /// <exception cref="ArgumentException">There are too few or too many images.</exception>
    public static byte[] Render(IReadOnlyList<ContactSheetImage> images, string title)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(title);
        if (images.Count is 0 or > MaxImages)
            throw new ArgumentException($"A contact sheet shows 1 to {MaxImages} images; there are {images.Count}.", nameof(images));

        var cell = Math.Clamp(images.Max(image => LongSide(image.Image) * Enlargement(image.Image)), MinCell, MaxCell);
        var columns = Math.Min(Columns, images.Count);
        var rows = (images.Count + columns - 1) / columns;
        var rowHeight = cell + CaptionTop + (int)(CaptionLines * CaptionLineHeight);
        var width = (2 * Margin) + (columns * (cell + Gap)) - Gap;
        var height = (2 * Margin) + TitleHeight + (rows * (rowHeight + Gap)) - Gap;

        using var bitmap = new SKBitmap(PixelConversion.OpaqueInfo(width, height));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(Paper);
        DrawTitle(canvas, title, width);
        for (var index = 0; index < images.Count; index++)
        {
            var x = Margin + (index % columns * (cell + Gap));
            var y = Margin + TitleHeight + (index / columns * (rowHeight + Gap));
            DrawImage(canvas, images[index].Image, x, y, cell);
            DrawCaption(canvas, images[index].Caption, x, y + cell + CaptionTop, cell);
        }
        canvas.Flush();
        return ImageEncoder.Encode(PixelConversion.FromBitmap(bitmap), ImageFormats.Png, quality: 100);
    }

    private static void DrawTitle(SKCanvas canvas, string title, int width)
    {
        using var font = SheetFont.Make(TitleSize);
        using var paint = new SKPaint { Color = Ink, IsAntialias = true };
        using var text = new SheetText(font);
        foreach (var line in CaptionText.Wrap(title, text, width - (2 * Margin), maxLines: 1))
            text.Draw(canvas, line, Margin, Margin + TitleSize, width - (2 * Margin), paint);
    }

    private static void DrawImage(SKCanvas canvas, RgbImage image, int left, int top, int cell)
    {
        var factor = LongSide(image) > cell ? (float)cell / LongSide(image) : Enlargement(image);
        var (width, height) = (MathF.Round(image.Width * factor), MathF.Round(image.Height * factor));
        var target = SKRect.Create(left + MathF.Floor((cell - width) / 2), top + MathF.Floor((cell - height) / 2), width, height);
        var sampling = factor < 1 ? new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear) : new SKSamplingOptions(SKFilterMode.Nearest);

        using var bitmap = PixelConversion.ToBitmap(image);
        using var pixels = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(pixels, target, sampling);
        // Outside the image, not over its pixels: white images would have no edge on the paper.
        using var paint = new SKPaint { Color = Frame, IsStroke = true, StrokeWidth = 1 };
        canvas.DrawRect(SKRect.Inflate(target, 0.5f, 0.5f), paint);
    }

    private static void DrawCaption(SKCanvas canvas, string caption, int left, int top, int width)
    {
        var isEmpty = string.IsNullOrWhiteSpace(caption);
        using var font = SheetFont.Make(CaptionSize);
        using var paint = new SKPaint { Color = isEmpty ? FaintInk : Ink, IsAntialias = true };
        using var text = new SheetText(font);
        var lines = CaptionText.Wrap(isEmpty ? NoCaption : caption, text, width, CaptionLines);
        for (var line = 0; line < lines.Count; line++)
            text.Draw(canvas, lines[line], left, top + CaptionSize + (line * CaptionLineHeight), width, paint);
    }

    private static int LongSide(RgbImage image) => Math.Max(image.Width, image.Height);

    private static int Enlargement(RgbImage image) => Math.Max(1, MinCell / LongSide(image));
}

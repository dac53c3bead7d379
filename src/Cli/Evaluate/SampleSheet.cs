using System.Globalization;
using Atelier.Dataset.ContactSheets;
using Atelier.Input;
using Atelier.Shapes;
using SkiaSharp;

namespace Atelier.Cli.Evaluate;

/// <summary>The picture <c>samples.png</c>: captions as rows, guidance scales as columns, each image marked as right or wrong.</summary>
internal sealed class SampleSheet
{
    private const int RowsPerKind = 4;
    private const int CellSize = 96;
    private const int Gap = 8;
    private const int CaptionWidth = 260;
    private const int HeaderHeight = 36;
    private const int TextSize = 15;
    private const int LineHeight = 20;

    private static readonly SKColor Right = new(0x1B, 0x8A, 0x3A);
    private static readonly SKColor Wrong = new(0xC6, 0x28, 0x28);

    private readonly IReadOnlyList<EvaluationImage> _images;
    private readonly int[] _rows;
    private readonly int _size;
    private readonly List<(double Guidance, byte[]?[] Pixels)> _columns = [];

    /// <summary>Picks the rows.</summary>
    /// <param name="images">What is drawn at every scale.</param>
    /// <param name="size">Width and height of the images.</param>
    public SampleSheet(IReadOnlyList<EvaluationImage> images, int size)
    {
        (_images, _size) = (images, size);
        _rows = [.. Enumerable.Range(0, images.Count)
            .Where(i => images[i].Ordinal == 0)
            .GroupBy(i => images[i].Expected.Scene.Objects.Length)
            .SelectMany(kind => kind.Take(RowsPerKind))];
    }

    /// <summary>Adds a column.</summary>
    /// <param name="guidance">Its scale.</param>
    /// <param name="pixels">RGB bytes of all images; null where there is none.</param>
    public void Add(double guidance, IReadOnlyList<byte[]?> pixels) => _columns.Add((guidance, Array.ConvertAll(_rows, row => pixels[row])));

    /// <summary>Draws the sheet.</summary>
    /// <param name="path">File to write.</param>
    public void Save(string path)
    {
        var width = CaptionWidth + _columns.Count * (CellSize + Gap) + Gap;
        var height = HeaderHeight + _rows.Length * (CellSize + Gap);
        using var surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var font = new SKFont(SheetFont.Typeface, TextSize);
        using var ink = new SKPaint { Color = SKColors.Black, IsAntialias = true };
        var canvas = surface.Canvas;
        canvas.Clear(SKColors.White);

        canvas.DrawText("guidance scale", Gap, HeaderHeight - 12, SKTextAlign.Left, font, ink);
        for (var column = 0; column < _columns.Count; column++)
        {
            var label = _columns[column].Guidance.ToString(CultureInfo.InvariantCulture);
            canvas.DrawText(label, Left(column) + CellSize / 2, HeaderHeight - 12, SKTextAlign.Center, font, ink);
        }
        for (var row = 0; row < _rows.Length; row++)
        {
            var expected = _images[_rows[row]].Expected;
            var top = HeaderHeight + row * (CellSize + Gap);
            var baseline = top + LineHeight;
            foreach (var line in Wrap(expected.Caption, font, CaptionWidth - 2 * Gap))
            {
                canvas.DrawText(line, Gap, baseline, SKTextAlign.Left, font, ink);
                baseline += LineHeight;
            }
            for (var column = 0; column < _columns.Count; column++) DrawCell(canvas, expected, _columns[column].Pixels[row], Left(column), top);
        }

        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        using var file = RegularFile.Create(path);
        data.SaveTo(file);

        static int Left(int column) => CaptionWidth + column * (CellSize + Gap);
    }

    private void DrawCell(SKCanvas canvas, CaptionedScene expected, byte[]? pixels, int left, int top)
    {
        var cell = SKRect.Create(left, top, CellSize, CellSize);
        if (pixels is not null)
        {
            using var image = ToImage(pixels);
            canvas.DrawImage(image, cell, new SKSamplingOptions(_size > CellSize ? SKFilterMode.Linear : SKFilterMode.Nearest));
        }

        var isRight = ScaleResult.Judged(expected, pixels, _size).Adheres;
        using var disc = new SKPaint { Color = isRight ? Right : Wrong, IsAntialias = true };
        using var stroke = new SKPaint { Color = SKColors.White, IsStroke = true, StrokeWidth = 2.5f, IsAntialias = true };
        var (x, y) = (cell.Right - 12, cell.Bottom - 12);
        canvas.DrawCircle(x, y, 10, disc);
        SKPoint[] mark = isRight
            ? [new(x - 5, y), new(x - 1, y + 4), new(x - 1, y + 4), new(x + 5, y - 4)]
            : [new(x - 4, y - 4), new(x + 4, y + 4), new(x - 4, y + 4), new(x + 4, y - 4)];
        canvas.DrawPoints(SKPointMode.Lines, mark, stroke);
    }

    private SKImage ToImage(byte[] rgb)
    {
        var rgba = new byte[_size * _size * 4];
        for (var i = 0; i < _size * _size; i++)
        {
            rgb.AsSpan(i * 3, 3).CopyTo(rgba.AsSpan(i * 4));
            rgba[i * 4 + 3] = byte.MaxValue;
        }
        return SKImage.FromPixelCopy(new SKImageInfo(_size, _size, SKColorType.Rgba8888, SKAlphaType.Opaque), rgba);
    }

    private static IEnumerable<string> Wrap(string text, SKFont font, float width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            var longer = line.Length == 0 ? word : $"{line} {word}";
            if (line.Length > 0 && font.MeasureText(longer) > width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = longer;
            }
        }
        yield return line;
    }
}

using Atelier.Dataset.ContactSheets;
using SkiaSharp;

namespace Atelier.Dataset.Tests.ContactSheets;

public sealed class SheetTextTests : IDisposable
{
    private const int Width = 200;
    private readonly SKFont _font = SheetFont.Make(16);
    private readonly SheetText _text;

    public SheetTextTests() => _text = new SheetText(_font);

    public void Dispose()
    {
        _text.Dispose();
        _font.Dispose();
    }

    [Fact]
    public void Draw_Latin_StandsAtTheLeftEdge() => Assert.InRange(InkEdges("circle").First, 0, 2);

    [Fact]
    public void Draw_Hebrew_StandsAtTheRightEdge() => Assert.InRange(InkEdges("עיגול").Last, Width - 3, Width);

    [Fact]
    public void Draw_Hebrew_HasItsFirstLetterAtTheRight()
    {
        // Alef and then yod, which is much the narrower letter: from right to left the wide one comes first.
        var (first, last) = InkEdges("אי");
        var alone = InkEdges("א");
        Assert.Equal(alone.Last, last);
        Assert.True(first < alone.First);
    }

    [Fact]
    public void Measure_Arabic_IsOfJoinedLetters() =>
        Assert.True(_text.Measure("ححح") < 3 * _text.Measure("ح"), "letters that are joined have shorter forms than those that stand alone");

    [Fact]
    public void Draw_LatinWithinHebrew_FollowsItToTheLeft()
    {
        var mixed = InkEdges("עיגול red");
        var hebrew = InkEdges("עיגול");
        Assert.Equal(hebrew.Last, mixed.Last);
        Assert.True(mixed.First < hebrew.First - 15);
    }

    private (int First, int Last) InkEdges(string line)
    {
        using var bitmap = new SKBitmap(Width, 30);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        using var paint = new SKPaint { Color = SKColors.Black, IsAntialias = true };
        _text.Draw(canvas, line, 0, 20, Width, paint);
        var inked = Enumerable.Range(0, Width).Where(x => Enumerable.Range(0, 30).Any(y => bitmap.GetPixel(x, y).Red < 128)).ToList();
        return (inked[0], inked[^1]);
    }
}

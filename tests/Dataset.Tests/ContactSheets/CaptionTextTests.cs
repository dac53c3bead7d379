using Atelier.Dataset.ContactSheets;
using SkiaSharp;

namespace Atelier.Dataset.Tests.ContactSheets;

public sealed class CaptionTextTests : IDisposable
{
    private readonly SKFont _font = SheetFont.Make(11);

    public void Dispose() => _font.Dispose();

    [Fact]
    public void Wrap_ShortText_IsOneLine() => Assert.Equal(["a red circle"], CaptionText.Wrap(" a  red\ncircle ", _font, 128, 3));

    [Fact]
    public void Wrap_NoText_IsNoLine() => Assert.Empty(CaptionText.Wrap(" \t", _font, 128, 3));

    [Fact]
    public void Wrap_LongText_BreaksBetweenWordsAndEndsWithAnEllipsis()
    {
        var text = string.Join(' ', Enumerable.Range(0, 40).Select(index => $"word{index}"));

        var lines = CaptionText.Wrap(text, _font, 128, 3);

        Assert.Equal(3, lines.Count);
        Assert.EndsWith("…", lines[2], StringComparison.Ordinal);
        Assert.StartsWith(string.Join(' ', lines).TrimEnd('…'), text, StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(_font.MeasureText(line), 64, 128));
    }

    [Fact]
    public void Wrap_WordWiderThanALine_IsCutBetweenCharacters()
    {
        var lines = CaptionText.Wrap(string.Concat(Enumerable.Repeat("e\u0301", 100)) + " end", _font, 128, 3);

        Assert.Equal(2, lines.Count);
        Assert.Matches("^(e\u0301)+…$", lines[0]);
        Assert.InRange(_font.MeasureText(lines[0]), 100, 128);
        Assert.Equal("end", lines[1]);
    }
}

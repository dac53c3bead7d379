using Atelier.Dataset.ContactSheets;
using SkiaSharp;

namespace Atelier.Dataset.Tests.ContactSheets;

public sealed class CaptionTextTests : IDisposable
{
    private readonly SKFont _font = SheetFont.Make(11);
    private readonly SheetText _text;

    public CaptionTextTests() => _text = new SheetText(_font);

    public void Dispose()
    {
        _text.Dispose();
        _font.Dispose();
    }

    [Fact]
    public void Wrap_ShortText_IsOneLine() => Assert.Equal(["a red circle"], CaptionText.Wrap(" a  red\ncircle ", _text, 128, 3));

    [Fact]
    public void Wrap_NoText_IsNoLine() => Assert.Empty(CaptionText.Wrap(" \t", _text, 128, 3));

    [Fact]
    public void Wrap_LongText_BreaksBetweenWordsAndEndsWithAnEllipsis()
    {
        var text = string.Join(' ', Enumerable.Range(0, 40).Select(index => $"word{index}"));

        var lines = CaptionText.Wrap(text, _text, 128, 3);

        Assert.Equal(3, lines.Count);
        Assert.EndsWith("…", lines[2], StringComparison.Ordinal);
        Assert.StartsWith(string.Join(' ', lines).TrimEnd('…'), text, StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(_text.Measure(line), 64, 128));
    }

    [Fact]
    public void Wrap_WordWiderThanALine_IsCutBetweenCharacters()
    {
        var lines = CaptionText.Wrap(string.Concat(Enumerable.Repeat("e\u0301", 100)) + " end", _text, 128, 3);

        Assert.Equal(2, lines.Count);
        Assert.Matches("^(e\u0301)+…$", lines[0]);
        Assert.InRange(_text.Measure(lines[0]), 100, 128);
        Assert.Equal("end", lines[1]);
    }

    [Theory]
    [InlineData("赤い丸", "[Chinese][Japanese][Chinese]")]
    [InlineData("วงกลมสีแดง", "[Thai]")]
    [InlineData("🔴 circle", "[emoji] circle")]
    [InlineData("👩‍🎨 and ❤️", "[emoji] and ❤")]
    [InlineData("עיגול אדום", "עיגול אדום")]
    [InlineData("دائرة حمراء", "دائرة حمراء")]
    [InlineData("\u16A0", "[U+16A0]")]
    public void Wrap_WhatTheFontHasNoGlyphsFor_IsNamed(string text, string shown) => Assert.Equal([shown], CaptionText.Wrap(text, _text, 400, 3));
}

using System.Text;
using SkiaSharp;
using SkiaSharp.HarfBuzz;

namespace Atelier.Dataset.ContactSheets;

/// <summary>
/// A line of a caption, shaped by HarfBuzz: letters are joined, and what is written from right to left stands so. Runs of one direction follow one another
/// in the direction of the first letter (the Unicode bidirectional algorithm, UAX #9, without embeddings). The sheet's own font is the only one, so that a
/// sheet is the same on every machine; what it has no glyphs for is named by its script, as in "[Chinese]".
/// </summary>
internal sealed class SheetText : IDisposable
{
    // First and last code point of what the font has no glyphs for and captions are written in, and what it is called.
    private static readonly (int First, int Last, string Name)[] Scripts =
    [
        (0x0900, 0x097F, "Devanagari"), (0x0980, 0x09FF, "Bengali"), (0x0A00, 0x0A7F, "Gurmukhi"), (0x0B80, 0x0BFF, "Tamil"), (0x0C00, 0x0C7F, "Telugu"),
        (0x0E00, 0x0E7F, "Thai"), (0x1100, 0x11FF, "Korean"), (0x3040, 0x30FF, "Japanese"), (0x3130, 0x318F, "Korean"), (0x3000, 0x303F, "Chinese"),
        (0x3400, 0x9FFF, "Chinese"), (0xAC00, 0xD7AF, "Korean"), (0xF900, 0xFAFF, "Chinese"), (0xFF00, 0xFFEF, "Chinese"), (0x2600, 0x27BF, "emoji"),
        (0x1F000, 0x1FAFF, "emoji"), (0x20000, 0x3FFFF, "Chinese"),
    ];

    private readonly SKFont _font;
    private readonly SKShaper _shaper;

    public SheetText(SKFont font) => (_font, _shaper) = (font, new SKShaper(font.Typeface));

    /// <summary>The text with names in the place of what the font has no glyphs for.</summary>
    public static string Showable(string text)
    {
        var (shown, last) = (new StringBuilder(), (string?)null);
        foreach (var rune in text.EnumerateRunes())
        {
            // Selectors say how to show what is before them; joiners, too, where that is not shown.
            if (rune.Value is >= 0xFE00 and <= 0xFE0F || (rune.Value == 0x200D && last is not null)) continue;
            var isShown = Rune.IsWhiteSpace(rune) || SheetFont.Typeface.ContainsGlyph(rune.Value);
            var name = isShown ? null : Array.Find(Scripts, script => rune.Value >= script.First && rune.Value <= script.Last).Name ?? $"U+{rune.Value:X4}";
            if (isShown) shown.Append(rune.ToString());
            else if (name != last) shown.Append('[').Append(name).Append(']');
            last = name;
        }
        return shown.ToString();
    }

    /// <summary>How wide a line is, in pixels.</summary>
    public float Measure(string line) => Runs(line).Sum(run => _shaper.Shape(run, _font).Width);

    /// <summary>Draws a line between two edges: at the left one, or at the right one where it is written from right to left.</summary>
    public void Draw(SKCanvas canvas, string line, float left, float baseline, float width, SKPaint paint)
    {
        var x = IsFromRight(line) ? left + width - Measure(line) : left;
        foreach (var run in Runs(line))
        {
            canvas.DrawShapedText(_shaper, run, x, baseline, SKTextAlign.Left, _font, paint);
            x += _shaper.Shape(run, _font).Width;
        }
    }

    public void Dispose() => _shaper.Dispose();

    // From left to right as they stand in the line.
    private static List<string> Runs(string line)
    {
        var runs = new List<string>();
        var (start, fromRight) = (0, IsFromRight(line));
        for (var i = 0; i < line.Length; i++)
        {
            // What has no direction of its own stays with what is before it.
            if (DirectionOf(line[i]) is not { } direction || direction == fromRight) continue;
            if (i > start) runs.Add(line[start..i]);
            (start, fromRight) = (i, direction);
        }
        if (start < line.Length) runs.Add(line[start..]);
        if (IsFromRight(line)) runs.Reverse();
        return runs;
    }

    private static bool IsFromRight(string line) => line.Select(DirectionOf).FirstOrDefault(direction => direction is not null) ?? false;

    // Whether a letter is written from right to left: Hebrew, Arabic, Syriac, Thaana, N'Ko and the presentation forms; null for what is no letter.
    private static bool? DirectionOf(char character) => !char.IsLetter(character) ? null : character is (>= '\u0590' and <= '\u08FF') or (>= '\uFB1D' and <= '\uFDFF') or (>= '\uFE70' and <= '\uFEFF');
}

using System.Globalization;
using System.Text;

namespace Atelier.Input;

/// <summary>
/// Text of strangers, made fit for a terminal, a log line or a message. Characters that steer a terminal or turn the direction of writing round are shown as
/// U+FFFD, and so are halves of surrogate pairs; what is long is cut.
/// </summary>
public static class PrintableText
{
    /// <summary>How long a quoted word may be, unless the caller knows better.</summary>
    public const int WordLength = 80;

    /// <summary>How long a path may be in a message: longer than file systems allow.</summary>
    public const int PathLength = 4096;

    /// <summary>The text on one line.</summary>
    /// <param name="text">What a stranger wrote.</param>
    /// <param name="maxLength">How many characters are shown before "...".</param>
    public static string Of(string text, int maxLength = WordLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = text.Length <= maxLength ? text : text[..(char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength)];
        return Clean(start, keepLines: false) + (start.Length < text.Length ? "..." : "");
    }

    /// <summary>The text, which may have line ends and tabs, at whatever length.</summary>
    /// <param name="text">What may hold a stranger's words.</param>
    public static string Lines(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Clean(text, keepLines: true);
    }

    private static string Clean(string text, bool keepLines)
    {
        if (text.All(character => character is >= ' ' and <= '~')) return text;

        var clean = new StringBuilder(text.Length);
        // Runes replace half surrogates by U+FFFD.
        foreach (var rune in text.EnumerateRunes()) clean.Append((IsHarmless(rune) || (keepLines && rune.Value is '\n' or '\t') ? rune : Rune.ReplacementChar).ToString());
        return clean.ToString();
    }

    // Joiners and variation selectors are part of emoji and of many scripts.
    private static bool IsHarmless(Rune rune) => rune.Value is 0x200C or 0x200D || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}

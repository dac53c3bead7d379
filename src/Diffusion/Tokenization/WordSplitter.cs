using System.Globalization;
using System.Text;

namespace Atelier.Diffusion.Tokenization;

/// <summary>
/// GPT-2's split of a text into the words that byte-pair merges never cross, i.e. the successive matches of
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.
/// </summary>
/// <remarks>
/// Written out because a .NET regular expression sees UTF-16 code units: to it, a letter above U+FFFF is two surrogates and
/// no letter. The words cover the text without gaps, and one pass over the text finds them all.
/// </remarks>
internal static class WordSplitter
{
    private static readonly string[] s_contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Kind
    {
        None,
        Letter,
        Number,
        Space,
        Other,
    }

    /// <summary>The length in chars of the word that <paramref name="text"/>, which is not empty, starts with.</summary>
    public static int FirstWordLength(ReadOnlySpan<char> text)
    {
        foreach (var contraction in s_contractions)
        {
            if (text.StartsWith(contraction, StringComparison.Ordinal))
                return contraction.Length;
        }

        var lead = text[0] == ' ' ? 1 : 0;
        var kind = KindAt(text, lead, out _);
        if (kind is not (Kind.Space or Kind.None))
            return EndOfRun(text, lead, kind);

        // White space before a word leaves its last character to that word, unless it has only the one.
        var spaces = EndOfRun(text, 0, Kind.Space);
        return spaces == text.Length || spaces == 1 ? spaces : spaces - 1;
    }

    private static int EndOfRun(ReadOnlySpan<char> text, int start, Kind kind)
    {
        var end = start;
        while (KindAt(text, end, out var length) == kind)
            end += length;
        return end;
    }

    private static Kind KindAt(ReadOnlySpan<char> text, int position, out int length)
    {
        length = 0;
        if (position == text.Length)
            return Kind.None;

        Rune.DecodeFromUtf16(text[position..], out var rune, out length);
        if (Rune.IsWhiteSpace(rune))
            return Kind.Space;
        if (Rune.IsLetter(rune))
            return Kind.Letter;
        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
            or UnicodeCategory.OtherNumber
            ? Kind.Number
            : Kind.Other;
    }
}

using System.Globalization;
using System.Text;

namespace Atelier.Diffusion.Tokenization;

/// <summary>The classes <c>\p{L}</c>, <c>\p{N}</c>, <c>\s</c> and none of these, and runs of them.</summary>
/// <remarks>
/// Written out because a .NET regular expression sees UTF-16 code units: to it, a letter above U+FFFF is two surrogates and
/// no letter.
/// </remarks>
internal static class CharacterKinds
{
    /// <summary>The ends of English contractions, which both patterns take as words.</summary>
    public static IReadOnlyList<string> Contractions { get; } = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    /// <summary>The kind of the character at a position, and its length in chars.</summary>
    public static CharacterKind At(ReadOnlySpan<char> text, int position, out int length)
    {
        length = 0;
        if (position == text.Length)
            return CharacterKind.None;

        Rune.DecodeFromUtf16(text[position..], out var rune, out length);
        if (Rune.IsWhiteSpace(rune))
            return CharacterKind.Space;
        if (Rune.IsLetter(rune))
            return CharacterKind.Letter;
        return Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
            or UnicodeCategory.OtherNumber
            ? CharacterKind.Number
            : CharacterKind.Other;
    }

    /// <summary>Where the run of one kind that begins at <paramref name="start"/> ends.</summary>
    public static int EndOfRun(ReadOnlySpan<char> text, int start, CharacterKind kind)
    {
        var end = start;
        while (At(text, end, out var length) == kind)
            end += length;
        return end;
    }
}

using System.Globalization;
using System.Text;

namespace Atelier.Diffusion.Tokenization;

/// <summary>
/// Full Unicode lower-casing (The Unicode Standard, section 3.13, and the unconditional and Final_Sigma rows of
/// SpecialCasing.txt), which is what Python's <c>str.lower</c> computes and what GLIDE's vocabulary therefore expects.
/// </summary>
/// <remarks>
/// .NET maps one code point to one code point without context. The full mapping differs in two places only:
/// 'İ' becomes 'i' with a combining dot above, and a capital sigma that ends a word becomes 'ς'.
/// </remarks>
internal static class LowerCase
{
    private static readonly Rune s_dottedCapitalI = new('\u0130');
    private static readonly Rune s_capitalSigma = new('\u03A3');

    /// <summary>Lower-cases <paramref name="text"/>; an unpaired surrogate becomes U+FFFD.</summary>
    public static string Convert(string text)
    {
        if (Ascii.IsValid(text))
            return text.ToLowerInvariant();

        Rune[] runes = [.. text.EnumerateRunes()];
        var lower = new StringBuilder(text.Length + 1);
        for (var i = 0; i < runes.Length; i++)
        {
            if (runes[i] == s_dottedCapitalI)
                lower.Append("i\u0307");
            else if (runes[i] == s_capitalSigma)
                lower.Append(IsFinalSigma(runes, i) ? 'ς' : 'σ');
            else
                lower.Append(Rune.ToLowerInvariant(runes[i]));
        }

        return lower.ToString();
    }

    /// <summary>The Final_Sigma condition: a cased letter before and none after, looking past case-ignorable characters.</summary>
    private static bool IsFinalSigma(Rune[] runes, int sigma)
    {
        var before = sigma - 1;
        while (before >= 0 && IsCaseIgnorable(runes[before]))
            before--;
        if (before < 0 || !IsCased(runes[before]))
            return false;

        var after = sigma + 1;
        while (after < runes.Length && IsCaseIgnorable(runes[after]))
            after++;
        return after == runes.Length || !IsCased(runes[after]);
    }

    /// <summary>The derived property Cased, without the characters that are also Case_Ignorable.</summary>
    private static bool IsCased(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
            or UnicodeCategory.TitlecaseLetter
        || IsOtherCased(rune.Value);

    /// <summary>Other_Uppercase and Other_Lowercase: ordinals, Roman numerals, circled and squared letters.</summary>
    private static bool IsOtherCased(int value) =>
        value is 0xAA or 0xBA
            or >= 0x2160 and <= 0x217F
            or >= 0x24B6 and <= 0x24E9
            or >= 0x1F130 and <= 0x1F149
            or >= 0x1F150 and <= 0x1F169
            or >= 0x1F170 and <= 0x1F189;

    /// <summary>The derived property Case_Ignorable: five general categories and the punctuation that may stand inside a word.</summary>
    private static bool IsCaseIgnorable(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || rune.Value is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027
            or 0xFE13 or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A;
}

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Atelier.Diffusion.Tokenization;

/// <summary>
/// HTML's character references (WHATWG HTML, section 13.2.5.72 onwards), decoded as Python's <c>html.unescape</c> does: numbers in decimal
/// and hexadecimal, names, and where older pages leave it out no semicolon.
/// </summary>
/// <remarks>Deviation: of HTML 5's names those of HTML 4, apos and the six in capitals are known; of names without a semicolon, all.</remarks>
internal static partial class CharacterReferences
{
    private const int MaxCodePoint = 0x10FFFF;

    // What the numbers 0x80 to 0x9F mean on pages that took Windows-1252 for Latin-1; the five gaps stand for themselves.
    private const string Windows1252 =
        "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

    public static string Decode(string text) =>
        text.Contains('&', StringComparison.Ordinal) ? Reference().Replace(text, match => Replacement(match.Groups[1].Value)) : text;

    [GeneratedRegex(@"&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    private static string Replacement(string reference)
    {
        if (reference[0] == '#')
            return Numbered(reference[1..].TrimEnd(';'));
        if (Named(reference) is { } whole)
            return whole;

        for (var length = reference.Length - 1; length > 1; length--)
        {
            if (Named(reference[..length]) is { } start)
                return start + reference[length..];
        }

        return "&" + reference;
    }

    private static string Numbered(string digits)
    {
        var value = 0L;
        var (radix, first) = digits[0] is 'x' or 'X' ? (16, 1) : (10, 0);
        foreach (var digit in digits.AsSpan(first))
            value = Math.Min(value * radix + int.Parse([digit], NumberStyles.HexNumber, CultureInfo.InvariantCulture), MaxCodePoint + 1);

        return value switch
        {
            0 or > MaxCodePoint or >= 0xD800 and <= 0xDFFF => "\uFFFD",
            >= 0x80 and <= 0x9F => Windows1252[(int)value - 0x80].ToString(),
            < 0x09 or 0x0B or >= 0x0E and <= 0x1F or 0x7F or >= 0xFDD0 and <= 0xFDEF => "",
            _ when (value & 0xFFFE) == 0xFFFE => "",
            _ => new Rune((int)value).ToString(),
        };
    }

    private static string? Named(string reference)
    {
        var name = reference.TrimEnd(';');
        switch (name)
        {
            case "AMP" or "LT" or "GT" or "QUOT" or "COPY" or "REG": name = name.ToLowerInvariant(); break;
            // HTML 5 moved these two from the technical symbols, which Unicode since deprecates.
            case "lang": return reference.EndsWith(';') ? "\u27E8" : null;
            case "rang": return reference.EndsWith(';') ? "\u27E9" : null;
        }

        var encoded = $"&{name};";
        var decoded = WebUtility.HtmlDecode(encoded);
        // Without a semicolon: the names of HTML 2 and 3.2, which are those of Latin-1 but for the apostrophe's.
        return decoded != encoded && (reference.EndsWith(';') || (decoded is [<= '\u00FF'] && name != "apos")) ? decoded : null;
    }
}

using System.Text;

namespace Atelier.Diffusion.Tokenization;

/// <summary>What CLIP does to a text before it splits it into words: character references decoded twice, white space made single, lower case.</summary>
internal static class ClipText
{
    public static string Clean(string text)
    {
        var stripped = Strip(CharacterReferences.Decode(CharacterReferences.Decode(text)));
        var clean = new StringBuilder(stripped.Length);
        foreach (var rune in stripped.EnumerateRunes())
        {
            if (!Rune.IsWhiteSpace(rune))
                clean.Append(rune);
            else if (clean.Length == 0 || clean[^1] != ' ')
                clean.Append(' ');
        }

        return LowerCase.Convert(Strip(clean.ToString()));
    }

    // Python's str.strip also takes the four separators of ASCII, which are no white space to Unicode or to the regular expression.
    private static string Strip(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsStripped(text[start]))
            start++;
        while (end > start && IsStripped(text[end - 1]))
            end--;
        return text[start..end];
    }

    private static bool IsStripped(char character) => char.IsWhiteSpace(character) || character is >= '\u001C' and <= '\u001F';
}

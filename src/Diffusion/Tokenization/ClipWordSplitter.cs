namespace Atelier.Diffusion.Tokenization;

/// <summary>
/// CLIP's split of a text into the words that byte-pair merges never cross, i.e. the successive matches, without regard to case, of
/// <c>&lt;\|startoftext\|&gt;|&lt;\|endoftext\|&gt;|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c>.
/// </summary>
internal static class ClipWordSplitter
{
    private static readonly string[] s_literals =
        [ClipTokenizer.StartTokenName, ClipTokenizer.EndTokenName, .. CharacterKinds.Contractions];

    /// <summary>The length in chars of what <paramref name="text"/>, which is in lower case and not empty, starts with.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isWord">Whether that is a word; white space between words is none.</param>
    public static int FirstLength(ReadOnlySpan<char> text, out bool isWord)
    {
        isWord = true;
        foreach (var literal in s_literals)
        {
            if (StartsWith(text, literal))
                return literal.Length;
        }

        var kind = CharacterKinds.At(text, 0, out var length);
        isWord = kind != CharacterKind.Space;
        return kind == CharacterKind.Number ? length : CharacterKinds.EndOfRun(text, 0, kind);
    }

    // Of the letters that lower-casing leaves, the long s alone equals another one, s, without regard to case.
    private static bool StartsWith(ReadOnlySpan<char> text, string literal)
    {
        if (text.Length < literal.Length)
            return false;
        for (var i = 0; i < literal.Length; i++)
        {
            if (text[i] != literal[i] && (text[i], literal[i]) != ('ſ', 's'))
                return false;
        }

        return true;
    }
}

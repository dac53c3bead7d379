namespace Atelier.Diffusion.Tokenization;

/// <summary>
/// GPT-2's split of a text into the words that byte-pair merges never cross, i.e. the successive matches of
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.
/// </summary>
/// <remarks>
/// The words cover the text without gaps, and one pass over the text finds them all.
/// </remarks>
internal static class WordSplitter
{
    /// <summary>The length in chars of the word that <paramref name="text"/>, which is not empty, starts with.</summary>
    public static int FirstWordLength(ReadOnlySpan<char> text)
    {
        foreach (var contraction in CharacterKinds.Contractions)
        {
            if (text.StartsWith(contraction, StringComparison.Ordinal))
                return contraction.Length;
        }

        var lead = text[0] == ' ' ? 1 : 0;
        var kind = CharacterKinds.At(text, lead, out _);
        if (kind is not (CharacterKind.Space or CharacterKind.None))
            return CharacterKinds.EndOfRun(text, lead, kind);

        // White space before a word leaves its last character to that word, unless it has only the one.
        var spaces = CharacterKinds.EndOfRun(text, 0, CharacterKind.Space);
        return spaces == text.Length || spaces == 1 ? spaces : spaces - 1;
    }
}

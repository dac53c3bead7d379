using Atelier.Input;

namespace Atelier.Diffusion.Tokenization;

/// <summary>
/// CLIP's vocabulary, which follows from its merges alone: the 256 bytes, the 256 bytes as the last of a word (with <c>&lt;/w&gt;</c>
/// appended), one token a merge in rank order, and the start and end tokens.
/// </summary>
internal static class ClipVocabulary
{
    private const string FileName = "bpe_simple_vocab_16e6.txt";
    private const string EndOfWord = "</w>";

    // The file has 262144 merges; CLIP takes so many of them that a vocabulary of 49152 would be full, had each byte one token.
    private const int MaxMerges = 49_152 - ByteAlphabet.Size - 2;

    public static ClipTokenizer Read(string folder)
    {
        List<string> tokens = [.. ByteAlphabet.Bytes.Select(value => ByteAlphabet.ToCharacter(value).ToString())];
        tokens.AddRange(tokens.Select(token => token + EndOfWord).ToArray());
        var ids = tokens.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        var merges = new MergeTable();
        foreach (var merge in MergeLines.Read(BoundedFile.Find(folder, FileName), MaxMerges))
        {
            merges.TryAdd(Id(merge.Left, merge), Id(merge.Right, merge), tokens.Count);
            if (!ids.TryAdd(merge.Left + merge.Right, tokens.Count))
                throw merge.Invalid($"the merge '{merge}' makes a token that is there already");
            tokens.Add(merge.Left + merge.Right);
        }

        var byteTokens = new int[ByteAlphabet.Size];
        for (var id = 0; id < ByteAlphabet.Size; id++)
            byteTokens[ByteAlphabet.Bytes[id]] = id;
        var lastByteTokens = Array.ConvertAll(byteTokens, id => id + ByteAlphabet.Size);
        return new ClipTokenizer(
            [.. tokens, ClipTokenizer.StartTokenName, ClipTokenizer.EndTokenName], new WordEncoder(merges, byteTokens, lastByteTokens));

        // Every token is made of bytes, as each merge joins what is there before it.
        int Id(string token, MergeLine merge) => ids.TryGetValue(token, out var id)
            ? id
            : throw merge.Invalid($"the token '{PrintableText.Of(token)}' of the merge '{merge}' is neither a byte nor made by a merge before");
    }
}

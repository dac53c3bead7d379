namespace Atelier.Diffusion.Tokenization;

/// <summary>
/// The tokenizer of CLIP (Radford et al. 2021, "Learning Transferable Visual Models From Natural Language Supervision", arXiv:2103.00020,
/// section 2.4; openai/CLIP, <c>simple_tokenizer.py</c>): byte-pair encoding of lower-cased words whose last byte differs from the same
/// byte within a word, so that white space needs no tokens. HTML's character references are decoded twice first.
/// </summary>
/// <remarks>
/// <para>
/// A start or end token's name in a text is that token, as in CLIP. White space is lost: it decodes as one space after each word.
/// Safe for use by several threads at once.
/// </para>
/// <para>
/// Deviations: CLIP first repairs the text with ftfy (mojibake, curly quotes, ligatures, widths, composition), which is not done here: texts
/// that ftfy would change should come repaired. Names of character references are those of HTML 4. Python refuses unpaired surrogates, here
/// they become U+FFFD.
/// </para>
/// </remarks>
public sealed class ClipTokenizer
{
    /// <summary>The name of the token that begins every prompt; it has the last id but one.</summary>
    public const string StartTokenName = "<|startoftext|>";

    /// <summary>The name of the token that ends every prompt; it has the last id.</summary>
    public const string EndTokenName = "<|endoftext|>";

    /// <summary>The context length of the official CLIP networks.</summary>
    public const int ContextLength = 77;

    private const int Padding = 0;

    private readonly TokenTexts _tokens;
    private readonly WordEncoder _words;

    internal ClipTokenizer(string[] tokens, WordEncoder words) => (_tokens, _words) = (new TokenTexts(tokens), words);

    /// <summary>The number of tokens, 49408 in the official vocabulary; ids are 0 to this number less one.</summary>
    public int VocabularySize => _tokens.Count;

    /// <summary>The id of <see cref="StartTokenName"/>.</summary>
    public int StartToken => _tokens.Count - 2;

    /// <summary>The id of <see cref="EndTokenName"/>.</summary>
    public int EndToken => _tokens.Count - 1;

    /// <summary>Reads CLIP's vocabulary.</summary>
    /// <param name="folder">
    /// A folder with <c>bpe_simple_vocab_16e6.txt</c> (the merges by rank, of which the first 48894 are read), plain or with <c>.gz</c>
    /// appended and compressed; where both are there, the plain file is read. A file with fewer merges gives a smaller vocabulary.
    /// </param>
    /// <exception cref="InvalidDataException">The file is missing or malformed; the message names it and what is wrong.</exception>
    public static ClipTokenizer Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return ClipVocabulary.Read(folder);
    }

    /// <summary>The token ids of <paramref name="text"/>, without start and end tokens but for those that the text names.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<int>();
        var rest = ClipText.Clean(text).AsSpan();
        while (!rest.IsEmpty)
        {
            var length = ClipWordSplitter.FirstLength(rest, out var isWord);
            var word = rest[..length];
            if (word is StartTokenName)
                tokens.Add(StartToken);
            else if (word is EndTokenName)
                tokens.Add(EndToken);
            else if (isWord)
                tokens.AddRange(_words.Encode(word));
            rest = rest[length..];
        }

        return tokens;
    }

    /// <summary>The text that <paramref name="tokens"/> spell, with a space after each word; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    public string Decode(IEnumerable<int> tokens) => _tokens.Decode(tokens).Replace("</w>", " ", StringComparison.Ordinal);

    /// <summary>
    /// Encodes a prompt into exactly <paramref name="contextLength"/> tokens: the start token, the prompt, cut if need be, the end token,
    /// and zeros.
    /// </summary>
    /// <returns>The tokens; the mask is true from the start token to the end token.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="contextLength"/> has no room for the start and end tokens.</exception>
    public TokenizedPrompt Tokenize(string text, int contextLength = ContextLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 2);
        int[] whole = [StartToken, .. Encode(text), EndToken];
        var length = Math.Min(whole.Length, contextLength);
        var tokens = new int[contextLength];
        var mask = new bool[contextLength];
        Array.Fill(tokens, Padding);
        Array.Fill(mask, true, 0, length);
        whole.AsSpan(0, length).CopyTo(tokens);
        tokens[length - 1] = EndToken;
        return new TokenizedPrompt(tokens, mask, whole.Length, whole.Length > contextLength);
    }
}

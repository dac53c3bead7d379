namespace Atelier.Diffusion.Tokenization;

/// <summary>
/// The byte-level byte-pair encoding of GPT-2 (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners",
/// section 2.2) as GLIDE applies it to prompts: lower-cased first, without a start token, and with no token that a prompt
/// could name (<c>&lt;|endoftext|&gt;</c> in a prompt is ordinary text).
/// </summary>
/// <remarks>
/// <para>Every string has an encoding, since each of the 256 bytes has a token. Safe for use by several threads at once.</para>
/// <para>Deviation: GLIDE's Python refuses unpaired surrogates, here they become U+FFFD.</para>
/// </remarks>
public sealed class BpeTokenizer
{
    /// <summary>The name of the token that pads a prompt; it has the last id of its vocabulary.</summary>
    public const string EndTokenName = "<|endoftext|>";

    private readonly TokenTexts _tokens;
    private readonly WordEncoder _words;

    internal BpeTokenizer(string[] tokens, int[] byteTokens, MergeTable merges) =>
        (_tokens, _words) = (new TokenTexts(tokens), new WordEncoder(merges, byteTokens, byteTokens));

    /// <summary>The number of tokens; ids are 0 to this number less one.</summary>
    public int VocabularySize => _tokens.Count;

    /// <summary>The id of <see cref="EndTokenName"/>, with which prompts are padded.</summary>
    public int EndToken => _tokens.Count - 1;

    /// <summary>Reads a vocabulary in the file format of GPT-2 and GLIDE.</summary>
    /// <param name="folder">
    /// A folder with <c>encoder.json</c> (a map from token to id) and <c>vocab.bpe</c> (the merges by rank), each plain or with
    /// <c>.gz</c> appended and compressed; where both are there, the plain file is read.
    /// </param>
    /// <exception cref="InvalidDataException">A file is missing or malformed; the message names it and what is wrong.</exception>
    public static BpeTokenizer Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return BpeFiles.Read(folder);
    }

    /// <summary>The token ids of <paramref name="text"/>, lower-cased.</summary>
    public IReadOnlyList<int> Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<int>();
        var rest = LowerCase.Convert(text).AsSpan();
        while (!rest.IsEmpty)
        {
            var length = WordSplitter.FirstWordLength(rest);
            tokens.AddRange(_words.Encode(rest[..length]));
            rest = rest[length..];
        }

        return tokens;
    }

    /// <summary>The text that <paramref name="tokens"/> spell; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    public string Decode(IEnumerable<int> tokens) => _tokens.Decode(tokens);

    /// <summary>Encodes a prompt into exactly <paramref name="contextLength"/> tokens, cutting its end or padding it.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="contextLength"/> is not positive.</exception>
    public TokenizedPrompt Tokenize(string text, int contextLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(contextLength);
        var encoded = Encode(text);
        var tokens = new int[contextLength];
        var mask = new bool[contextLength];
        for (var i = 0; i < contextLength; i++)
        {
            mask[i] = i < encoded.Count;
            tokens[i] = mask[i] ? encoded[i] : EndToken;
        }

        return new TokenizedPrompt(tokens, mask, encoded.Count, encoded.Count > contextLength);
    }
}

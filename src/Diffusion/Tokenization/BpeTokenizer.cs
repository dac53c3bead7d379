using System.Collections.Concurrent;
using System.Text;

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

    // Words repeat and random strings do not: a full cache keeps what it has, and long words never enter it.
    private const int MaxCachedWords = 32_768;
    private const int MaxCachedWordLength = 32;

    private readonly string[] _tokens;
    private readonly int[] _byteTokens;
    private readonly MergeTable _merges;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private int _cachedWords;

    internal BpeTokenizer(string[] tokens, int[] byteTokens, MergeTable merges)
    {
        _tokens = tokens;
        _byteTokens = byteTokens;
        _merges = merges;
    }

    /// <summary>The number of tokens; ids are 0 to this number less one.</summary>
    public int VocabularySize => _tokens.Length;

    /// <summary>The id of <see cref="EndTokenName"/>, with which prompts are padded.</summary>
    public int EndToken => _tokens.Length - 1;

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
            tokens.AddRange(EncodeWord(rest[..length]));
            rest = rest[length..];
        }

        return tokens;
    }

    /// <summary>The text that <paramref name="tokens"/> spell; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    public string Decode(IEnumerable<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (token < 0 || token >= VocabularySize)
                throw new ArgumentOutOfRangeException(nameof(tokens), token, $"Token ids are 0 to {VocabularySize - 1}.");
            bytes.AddRange(_tokens[token].Select(ByteAlphabet.ToByte));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

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

    private int[] EncodeWord(ReadOnlySpan<char> word)
    {
        if (word.Length > MaxCachedWordLength)
            return Merge(word);

        if (_cache.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var cached))
            return cached;

        var tokens = Merge(word);
        if (Volatile.Read(ref _cachedWords) < MaxCachedWords && _cache.TryAdd(word.ToString(), tokens))
            Interlocked.Increment(ref _cachedWords);
        return tokens;
    }

    private int[] Merge(ReadOnlySpan<char> word)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        return _merges.Apply(Array.ConvertAll(bytes, value => _byteTokens[value]));
    }
}

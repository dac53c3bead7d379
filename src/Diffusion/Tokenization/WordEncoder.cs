using System.Collections.Concurrent;
using System.Text;

namespace Atelier.Diffusion.Tokenization;

/// <summary>Encodes words, i.e. what merges never cross, and remembers the frequent ones. Safe for use by several threads at once.</summary>
/// <param name="merges">The merges.</param>
/// <param name="byteTokens">The token of each byte.</param>
/// <param name="lastByteTokens">The token of each byte that is its word's last; GPT-2 makes no difference, CLIP does.</param>
internal sealed class WordEncoder(MergeTable merges, int[] byteTokens, int[] lastByteTokens)
{
    // Words repeat and random strings do not: a full cache keeps what it has, and long words never enter it.
    private const int MaxCachedWords = 32_768;
    private const int MaxCachedWordLength = 32;

    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private int _cachedWords;

    /// <summary>The token ids of a word, which is not empty; an unpaired surrogate in it becomes U+FFFD.</summary>
    public int[] Encode(ReadOnlySpan<char> word)
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
        var tokens = Array.ConvertAll(bytes, value => byteTokens[value]);
        tokens[^1] = lastByteTokens[bytes[^1]];
        return merges.Apply(tokens);
    }
}

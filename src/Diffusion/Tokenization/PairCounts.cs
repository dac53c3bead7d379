using System.Text;

namespace Atelier.Diffusion.Tokenization;

/// <summary>How often each pair of adjacent tokens occurs in a bag of words, kept up to date while pairs are merged.</summary>
/// <remarks>A merge visits only the words that hold the pair; counting afresh would visit every word for every merge.</remarks>
internal sealed class PairCounts
{
    private readonly List<Word> _words = [];
    private readonly Dictionary<(int Left, int Right), long> _counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<Word>> _holders = [];

    /// <param name="words">The words, which start as one token a byte, and how often each occurs.</param>
    public PairCounts(IReadOnlyDictionary<string, long> words)
    {
        var byteTokens = new int[ByteAlphabet.Size];
        for (var id = 0; id < ByteAlphabet.Size; id++)
            byteTokens[ByteAlphabet.Bytes[id]] = id;

        foreach (var (text, count) in words)
            Count(new Word([.. Encoding.UTF8.GetBytes(text).Select(value => byteTokens[value])], count), +1);
    }

    public IReadOnlyDictionary<(int Left, int Right), long> Counts => _counts;

    /// <summary>Replaces <paramref name="pair"/>, which occurs, by the token <paramref name="result"/>, from left to right.</summary>
    public void Merge((int Left, int Right) pair, int result)
    {
        foreach (var word in _holders[pair].ToArray())
        {
            Count(word, -1);
            word.Merge(pair, result);
            Count(word, +1);
        }
    }

    private void Count(Word word, int sign)
    {
        foreach (var pair in word.Pairs)
        {
            if (!_holders.TryGetValue(pair, out var holders))
                _holders[pair] = holders = [];
            if (sign > 0)
                holders.Add(word);
            else
                holders.Remove(word);

            _counts[pair] = _counts.GetValueOrDefault(pair) + sign * word.Occurrences;
            if (_counts[pair] == 0)
            {
                _counts.Remove(pair);
                _holders.Remove(pair);
            }
        }
    }

    /// <summary>A word as its tokens so far.</summary>
    private sealed class Word(List<int> tokens, long occurrences)
    {
        public long Occurrences => occurrences;

        public IEnumerable<(int Left, int Right)> Pairs => tokens.Zip(tokens.Skip(1));

        public void Merge((int Left, int Right) pair, int result)
        {
            var written = 0;
            for (var read = 0; read < tokens.Count; read++)
            {
                var merges = read + 1 < tokens.Count && (tokens[read], tokens[read + 1]) == pair;
                tokens[written++] = merges ? result : tokens[read];
                if (merges)
                    read++;
            }

            tokens.RemoveRange(written, tokens.Count - written);
        }
    }
}

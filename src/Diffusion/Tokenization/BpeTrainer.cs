namespace Atelier.Diffusion.Tokenization;

/// <summary>
/// Learns a byte-level byte-pair vocabulary from captions (Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare
/// Words with Subword Units", arXiv:1508.07909, algorithm 1; over bytes as in GPT-2).
/// </summary>
/// <remarks>
/// From the 256 bytes upwards, the adjacent pair that occurs most often becomes the next token. The vocabulary depends on the
/// captions alone and not on their order: of pairs that occur equally often the first in ordinal order is taken.
/// </remarks>
public static class BpeTrainer
{
    /// <summary>The smallest vocabulary: the bytes and the end token.</summary>
    public const int MinVocabularySize = ByteAlphabet.Size + 1;

    // A pair seen once compresses nothing; its token would only memorise one caption.
    private const int MinOccurrences = 2;

    /// <summary>
    /// Learns a vocabulary and writes it to <paramref name="folder"/> as <c>encoder.json</c> and <c>vocab.bpe</c>, which
    /// <see cref="BpeTokenizer.Load"/> reads, and GLIDE too once they are compressed with gzip.
    /// </summary>
    /// <param name="captions">The captions; they are lower-cased and split as prompts are.</param>
    /// <param name="vocabularySize">
    /// The size to reach: ids 0 to 255 are the bytes in GPT-2's order, then the merges by rank, and last
    /// <see cref="BpeTokenizer.EndTokenName"/>. Captions with too few repeated pairs give a smaller vocabulary.
    /// </param>
    /// <param name="folder">The folder to write to, created if need be; files of those names are replaced.</param>
    /// <returns>The tokenizer, read back from the files.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="vocabularySize"/> is less than <see cref="MinVocabularySize"/>.
    /// </exception>
    public static BpeTokenizer Train(IEnumerable<string> captions, int vocabularySize, string folder)
    {
        ArgumentNullException.ThrowIfNull(captions);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, MinVocabularySize);
        ArgumentException.ThrowIfNullOrEmpty(folder);

        List<string> tokens = [.. ByteAlphabet.Bytes.Select(value => ByteAlphabet.ToCharacter(value).ToString())];
        var merges = new List<(string Left, string Right)>();
        var corpus = new PairCounts(CountWords(captions));
        while (tokens.Count < vocabularySize - 1 && MostFrequent(corpus, tokens) is { } pair)
        {
            corpus.Merge(pair, tokens.Count);
            merges.Add((tokens[pair.Left], tokens[pair.Right]));
            tokens.Add(tokens[pair.Left] + tokens[pair.Right]);
        }

        BpeFiles.Write(folder, [.. tokens, BpeTokenizer.EndTokenName], merges);
        return BpeTokenizer.Load(folder);
    }

    private static Dictionary<string, long> CountWords(IEnumerable<string> captions)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var bySpan = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var caption in captions)
        {
            var rest = LowerCase.Convert(caption).AsSpan();
            while (!rest.IsEmpty)
            {
                var length = WordSplitter.FirstWordLength(rest);
                bySpan.TryGetValue(rest[..length], out var count);
                bySpan[rest[..length]] = count + 1;
                rest = rest[length..];
            }
        }

        return counts;
    }

    private static (int Left, int Right)? MostFrequent(PairCounts corpus, List<string> tokens)
    {
        (int Left, int Right)? best = null;
        long most = MinOccurrences - 1;
        foreach (var (pair, count) in corpus.Counts)
        {
            if (count > most || (count == most && best is { } current && Precedes(pair, current)))
                (best, most) = (pair, count);
        }

        return best;

        bool Precedes((int Left, int Right) pair, (int Left, int Right) other)
        {
            var order = string.CompareOrdinal(tokens[pair.Left], tokens[other.Left]);
            return order < 0 || (order == 0 && string.CompareOrdinal(tokens[pair.Right], tokens[other.Right]) < 0);
        }
    }
}

using System.Text.Json;
using Atelier.Diffusion.Tokenization;

namespace Atelier.Diffusion.Tests.Tokenization;

public sealed class BpeTrainerTests : IDisposable
{
    private readonly VocabularyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Train_HandComputedExample_WritesGlidesTwoFiles()
    {
        // Words: "low" 2, " lower" 2, " new" 1. The pairs l o and o w occur 4 times and l comes first; then lo w, 4 times.
        // Of what is left, twice each, the ordinal order takes e r, low er, and Ġ lower (Ġ is U+0120); w is left in " new".
        var tokenizer = BpeTrainer.Train(["Low lower", "low LOWER new"], 1000, _folder.FullName);

        Assert.Equal("#version: 0.2\nl o\nlo w\ne r\nlow er\nĠ lower\n", File.ReadAllText(_folder.MergesPath));
        Assert.Equal(262, tokenizer.VocabularySize);
        string[] expected = [.. VocabularyFolder.ByteTokens, "lo", "low", "er", "lower", "Ġlower", "<|endoftext|>"];
        var encoder = JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(_folder.EncoderPath))!;
        Assert.Equal(expected, encoder.OrderBy(entry => entry.Value).Select(entry => entry.Key));
        Assert.Equal(Enumerable.Range(0, 262), encoder.Values.Order());
    }

    [Fact]
    public void Train_RandomCaptions_TakesTheMergesOfTheAlgorithmAsPublished()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 30; trial++)
        {
            string[] words = [.. Enumerable.Range(0, 30).Select(_ => RandomWord(random))];

            BpeTrainer.Train(words, 290, _folder.FullName);

            var merges = LearnAsPublished(words, 290 - 257).Select(merge => $"{merge.Left} {merge.Right}");
            Assert.Equal(merges, File.ReadAllLines(_folder.MergesPath).Skip(1));
        }
    }

    [Fact]
    public void Train_CaptionsInAnotherOrder_WritesTheSameFiles()
    {
        string[] captions = [.. RandomText.Strings(seed: 5, count: 200)];
        using var other = new VocabularyFolder();

        BpeTrainer.Train(captions, 500, _folder.FullName);
        BpeTrainer.Train(captions.Reverse(), 500, other.FullName);

        Assert.Equal(File.ReadAllBytes(_folder.EncoderPath), File.ReadAllBytes(other.EncoderPath));
        Assert.Equal(File.ReadAllBytes(_folder.MergesPath), File.ReadAllBytes(other.MergesPath));
    }

    [Fact]
    public void Train_RichCaptions_StopsAtTheSizeAskedFor() =>
        Assert.Equal(300, BpeTrainer.Train(RandomText.Strings(seed: 5, count: 200), 300, _folder.FullName).VocabularySize);

    [Fact]
    public void Train_NoCaptions_GivesTheBytesAndTheEndToken()
    {
        var tokenizer = BpeTrainer.Train([], 1000, Path.Combine(_folder.FullName, "new", "folder"));

        Assert.Equal(BpeTrainer.MinVocabularySize, tokenizer.VocabularySize);
        Assert.Equal("a red cube", tokenizer.Decode(tokenizer.Encode("A red cube")));
    }

    [Fact]
    public void Train_FewerTokensThanBytes_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BpeTrainer.Train([], 256, _folder.FullName));

    private static string RandomWord(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => "abc"[random.Next(3)]));

    /// <summary>Counts every pair of every word afresh for each merge.</summary>
    private static IEnumerable<(string Left, string Right)> LearnAsPublished(string[] words, int count)
    {
        List<string>[] split = [.. words.Select(word => word.Select(character => character.ToString()).ToList())];
        for (var i = 0; i < count; i++)
        {
            var best = split.SelectMany(symbols => symbols.Zip(symbols.Skip(1))).CountBy(pair => pair)
                .Where(entry => entry.Value > 1)
                .OrderByDescending(entry => entry.Value)
                .ThenBy(entry => entry.Key.First, StringComparer.Ordinal)
                .ThenBy(entry => entry.Key.Second, StringComparer.Ordinal)
                .Select(entry => entry.Key)
                .FirstOrDefault();
            if (best.First is null)
                yield break;

            yield return best;
            foreach (var symbols in split)
                MergeAll(symbols, best);
        }
    }

    private static void MergeAll(List<string> symbols, (string Left, string Right) pair)
    {
        for (var i = 0; i + 1 < symbols.Count; i++)
        {
            if ((symbols[i], symbols[i + 1]) == pair)
            {
                symbols[i] += symbols[i + 1];
                symbols.RemoveAt(i + 1);
            }
        }
    }
}

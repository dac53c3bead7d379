using System.Diagnostics;
using Atelier.Diffusion.Tokenization;

namespace Atelier.Diffusion.Tests.Tokenization;

public sealed class BpeTokenizerTests
{
    [Fact]
    public void Encode_HandComputedExample_MergesByRankWithinWords()
    {
        // "lower" is l o w e r -> lo w e r -> low e r -> low er; " slow" is its space (Ġ), s, and then the same.
        var tokenizer = VocabularyFolder.Tokenizer("l o", "lo w", "e r");
        var (low, er) = (VocabularyFolder.MergedId(1), VocabularyFolder.MergedId(2));

        Assert.Equal([low, er, 220, VocabularyFolder.ByteId('s'), low], tokenizer.Encode("Lower SLOW"));
    }

    [Fact]
    public void Encode_OverlappingPairs_MergesFromTheLeft()
    {
        var tokenizer = VocabularyFolder.Tokenizer("a a");

        Assert.Equal([VocabularyFolder.MergedId(0), VocabularyFolder.ByteId('a')], tokenizer.Encode("aaa"));
    }

    [Fact]
    public void Encode_MergeListedBeforeItsParts_WaitsUntilTheWholeWordIsMerged()
    {
        // All pairs of a are merged before the new pair (aa, a) counts, though it ranks first: aa aa, never aaa a.
        var tokenizer = VocabularyFolder.Tokenizer("aa a", "a a");

        Assert.Equal([VocabularyFolder.MergedId(1), VocabularyFolder.MergedId(1)], tokenizer.Encode("aaaa"));
    }

    [Fact]
    public void Encode_RandomWordsAndMerges_EqualsTheAlgorithmAsPublished()
    {
        var random = new Random(7);
        for (var trial = 0; trial < 50; trial++)
        {
            var merges = RandomMerges(random, 30);
            var tokenizer = VocabularyFolder.Tokenizer([.. merges.Select(merge => $"{merge.Left} {merge.Right}")]);
            for (var sample = 0; sample < 20; sample++)
            {
                var word = string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => "abc"[random.Next(3)]));
                Assert.Equal(MergeAsPublished(word, merges), tokenizer.Encode(word).Select(token => tokenizer.Decode([token])));
            }
        }
    }

    [Fact]
    public void Encode_OneWordOfAMillionLetters_IsNotQuadratic()
    {
        var tokenizer = VocabularyFolder.Tokenizer("a a", "aa aa", "aaaa aaaa", "aaaaaaaa aaaaaaaa");
        var clock = Stopwatch.StartNew();
        tokenizer.Encode(new string('a', 1 << 13));
        var part = clock.Elapsed;

        var tokens = tokenizer.Encode(new string('a', 1 << 20));

        // 128 times the letters. Quadratic time would be 16,384 times as long, which leaves room for a busy machine.
        var ratio = (clock.Elapsed - part) / part;
        Assert.True(ratio < 4096, $"took {ratio:F0} times as long");
        Assert.Equal(Enumerable.Repeat(VocabularyFolder.MergedId(3), 1 << 16), tokens);
    }

    [Theory]
    [InlineData("a corgi in a field", "a", " corgi", " in", " a", " field")]
    [InlineData("it's we'll 'sore o'd", "it", "'s", " we", "'ll", " '", "sore", " o", "'d")]
    [InlineData("mp3 x86_64 ½Ⅷ٣", "mp", "3", " x", "86", "_", "64", " ½ⅷ٣")]
    [InlineData("a   b", "a", "  ", " b")]
    [InlineData("a \n\tb", "a", " \n", "\t", "b")]
    [InlineData("a  ", "a", "  ")]
    [InlineData(" !? ", " !?", " ")]
    [InlineData("a\u00A0\u3000b\u200Bc", "a", "\u00A0", "\u3000", "b", "\u200B", "c")]
    [InlineData("a\u001C\u001Db", "a", "\u001C\u001D", "b")]
    [InlineData("e\u0301e", "e", "\u0301", "e")]
    [InlineData("𐐨𐐀b 𠀀1𝟙😀😀", "𐐨𐐨b", " 𠀀", "1𝟙", "😀😀")]
    [InlineData("<|endoftext|>", "<|", "endoftext", "|>")]
    public void Encode_Text_IsSplitIntoGpt2sWords(string text, params string[] words)
    {
        // A vocabulary learnt from the text alone, twice, has one token for every word of it, and none that crosses words.
        using var folder = new VocabularyFolder();
        var tokenizer = BpeTrainer.Train([text, text], 10_000, folder.FullName);

        Assert.Equal(words, tokenizer.Encode(text).Select(token => tokenizer.Decode([token])));
    }

    [Theory]
    [InlineData("ÀÉ STRASSE", "àé strasse")]
    [InlineData("İI", "i\u0307i")]
    [InlineData("ΣΑΣ ΟΔΥΣΣΕΥΣ", "σας οδυσσευς")]
    [InlineData("Σ 1Σ ΑΣ1 ΑΣΑ", "σ 1σ ας1 ασα")]
    [InlineData("Α'Σ' Α.ΣΑ ⅧΣ ªΣ 🄰Σ", "α'ς' α.σα ⅷς ªς 🄰ς")]
    [InlineData("ǅ Ⓐ ẞ K", "ǆ ⓐ ß k")]
    [InlineData("𐐀", "𐐨")]
    public void Encode_CapitalLetters_AreLoweredAsPythonDoes(string text, string lower)
    {
        var tokenizer = VocabularyFolder.Tokenizer();

        Assert.Equal(lower, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Decode_OfEncode_IsTheLowerCaseTextForAnyText()
    {
        using var folder = new VocabularyFolder();
        var tokenizer = BpeTrainer.Train(RandomText.Strings(seed: 1, count: 300), 600, folder.FullName);

        // The two characters whose lower case depends on more than themselves have their own test above.
        foreach (var text in RandomText.Strings(seed: 2, count: 2000).Where(text => text.AsSpan().IndexOfAny('İ', 'Σ') < 0))
            Assert.Equal(text.ToLowerInvariant(), tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Encode_UnpairedSurrogate_BecomesTheReplacementCharacter()
    {
        var tokenizer = VocabularyFolder.Tokenizer();

        Assert.Equal("a\uFFFDb", tokenizer.Decode(tokenizer.Encode("a\uD800b")));
    }

    [Fact]
    public void Decode_PartOfACharacter_BecomesTheReplacementCharacter()
    {
        var tokenizer = VocabularyFolder.Tokenizer();

        Assert.Equal("\uFFFD", tokenizer.Decode(tokenizer.Encode("é").Take(1)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(257)]
    public void Decode_TokenOutsideTheVocabulary_IsRefused(int token)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => VocabularyFolder.Tokenizer().Decode([token]));

        Assert.Contains("0 to 256", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_EndTokensName_IsOrdinaryText()
    {
        var tokenizer = VocabularyFolder.Tokenizer();

        Assert.Equal("<|endoftext|>".Select(VocabularyFolder.ByteId), tokenizer.Encode("<|endoftext|>"));
        Assert.Equal("<|endoftext|>", tokenizer.Decode([tokenizer.EndToken]));
    }

    [Fact]
    public void Tokenize_ShortPrompt_IsPaddedWithTheEndToken()
    {
        var tokenizer = VocabularyFolder.Tokenizer();

        var prompt = tokenizer.Tokenize("ab", 4);

        Assert.Equal([VocabularyFolder.ByteId('a'), VocabularyFolder.ByteId('b'), 256, 256], prompt.Tokens);
        Assert.Equal([true, true, false, false], prompt.Mask);
        Assert.Equal(2, prompt.TokenCount);
        Assert.False(prompt.Truncated);
    }

    [Fact]
    public void Tokenize_EmptyPrompt_IsAllPadding()
    {
        var prompt = VocabularyFolder.Tokenizer().Tokenize("", 3);

        Assert.Equal([256, 256, 256], prompt.Tokens);
        Assert.Equal([false, false, false], prompt.Mask);
        Assert.Equal(0, prompt.TokenCount);
        Assert.False(prompt.Truncated);
    }

    [Theory]
    [InlineData("abc", 3, false)]
    [InlineData("abcd", 4, true)]
    public void Tokenize_FullContext_HasNoEndTokenAndSaysWhetherItWasCut(string text, int tokenCount, bool truncated)
    {
        var prompt = VocabularyFolder.Tokenizer().Tokenize(text, 3);

        Assert.Equal("abc".Select(VocabularyFolder.ByteId), prompt.Tokens);
        Assert.Equal([true, true, true], prompt.Mask);
        Assert.Equal(tokenCount, prompt.TokenCount);
        Assert.Equal(truncated, prompt.Truncated);
    }

    [Fact]
    public void Tokenize_NoContext_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => VocabularyFolder.Tokenizer().Tokenize("a", 0));

    [Fact]
    public void Encode_ManyThreadsAndMoreWordsThanTheCacheHolds_GivesTheSameTokens()
    {
        var tokenizer = VocabularyFolder.Tokenizer("a b", "ab a", "b b");
        string[] words = [.. Enumerable.Range(0, 40_000).Select(i => Convert.ToString(i, 2).Replace('0', 'a').Replace('1', 'b'))];
        var first = new IReadOnlyList<int>[words.Length];

        Parallel.For(0, words.Length, i => first[i] = tokenizer.Encode(words[i]));

        var alone = VocabularyFolder.Tokenizer("a b", "ab a", "b b");
        for (var i = 0; i < words.Length; i++)
        {
            Assert.Equal(alone.Encode(words[i]), first[i]);
            Assert.Equal(first[i], tokenizer.Encode(words[i]));
        }
    }

    private static List<(string Left, string Right)> RandomMerges(Random random, int count)
    {
        List<string> tokens = ["a", "b", "c"];
        var merges = new List<(string Left, string Right)>();
        while (merges.Count < count)
        {
            var (left, right) = (tokens[random.Next(tokens.Count)], tokens[random.Next(tokens.Count)]);
            if (tokens.Contains(left + right))
                continue;
            tokens.Add(left + right);
            merges.Insert(random.Next(merges.Count + 1), (left, right));
        }

        return merges;
    }

    /// <summary>Finds the lowest-ranked pair in the word, replaces all of it from the left, and starts over.</summary>
    private static List<string> MergeAsPublished(string word, List<(string Left, string Right)> merges)
    {
        List<string> symbols = [.. word.Select(character => character.ToString())];
        while (symbols.Zip(symbols.Skip(1)).Where(merges.Contains).Select(pair => merges.IndexOf(pair)).ToArray() is { Length: > 0 } ranks)
        {
            var lowest = merges[ranks.Min()];
            for (var i = 0; i + 1 < symbols.Count; i++)
            {
                if ((symbols[i], symbols[i + 1]) == lowest)
                {
                    symbols[i] += symbols[i + 1];
                    symbols.RemoveAt(i + 1);
                }
            }
        }

        return symbols;
    }
}

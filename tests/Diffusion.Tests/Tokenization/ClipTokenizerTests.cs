using System.Text.Json;
using Atelier.Diffusion.Tokenization;

namespace Atelier.Diffusion.Tests.Tokenization;

public sealed class ClipTokenizerTests : IDisposable
{
    private const string FileName = "bpe_simple_vocab_16e6.txt";

    // CLIP's own file begins with a stray quotation mark.
    private const string Header = "\"bpe_simple_vocab_16e6.txt#version: 0.2";

    // Bytes within a word, bytes that end a word, then the merges.
    private const int EndsWord = 256, FirstMerge = 512;

    private readonly TemporaryFolder _folder = new();

    private string Vocabulary => Path.Combine(_folder.FullName, FileName);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Encode_HandComputedExample_MergesTheLastByteApart()
    {
        // "low" is l o w</w> -> lo w</w> -> low</w>; "lows" is l o w s</w> -> lo w s</w>, as the merge of low is for the end of a word.
        var tokenizer = Load("l o", "lo w</w>");

        Assert.Equal([FirstMerge + 1], tokenizer.Encode("Low"));
        Assert.Equal([FirstMerge, Byte('w'), EndsWord + Byte('s')], tokenizer.Encode("lows"));
        Assert.Equal([EndsWord + Byte('a')], tokenizer.Encode("a"));
        Assert.Equal(516, tokenizer.VocabularySize);
        Assert.Equal((514, 515), (tokenizer.StartToken, tokenizer.EndToken));
    }

    [Theory]
    [InlineData("a corgi  in\ta\n field ", "a corgi in a field ")]
    [InlineData("it's we'll 'sore o'd", "it 's we 'll 's ore o 'd ")]
    [InlineData("IT'S", "it 's ")]
    [InlineData("'ſ", "'ſ ")]
    [InlineData("mp3 x86_64 ½Ⅷ٣", "mp 3 x 8 6 _ 6 4 ½ ⅷ ٣ ")]
    [InlineData("!? a!'s", "!? a !' s ")]
    [InlineData("a\u00A0\u3000b\u200Bc", "a b \u200B c ")]
    [InlineData("\u001C a \u001F", "a ")]
    [InlineData("a\u001Cb", "a \u001C b ")]
    [InlineData("𐐨𐐀b 𠀀1𝟙😀😀", "𐐨𐐨b 𠀀 1 𝟙 😀😀 ")]
    [InlineData("ΑΣ İ", "ας i \u0307 ")]
    [InlineData("", "")]
    [InlineData(" \n ", "")]
    public void Decode_OfEncode_HasASpaceAfterEachWord(string text, string words)
    {
        var tokenizer = Load();

        Assert.Equal(words, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Encode_UnpairedSurrogate_BecomesTheReplacementCharacter()
    {
        var tokenizer = Load();

        Assert.Equal("a \uFFFD b ", tokenizer.Decode(tokenizer.Encode("a\uD800b")));
    }

    [Theory]
    [InlineData("<|startoftext|> a <|EndOfText|>", "<|startoftext|>a <|endoftext|>")]
    [InlineData("a<|endoftext|>b", "a <|endoftext|>b ")]
    [InlineData("!<|endoftext|>", "!<| endoftext |> ")]
    [InlineData("<|ſtartoftext|>", "<|ſtartoftext|> ")]
    public void Encode_NamesOfSpecialTokens_AreTheseTokens(string text, string words)
    {
        var tokenizer = Load();

        Assert.Equal(words, tokenizer.Decode(tokenizer.Encode(text)));
        Assert.Equal([tokenizer.StartToken, tokenizer.EndToken], tokenizer.Encode("<|startoftext|><|endoftext|>"));
    }

    [Theory]
    [InlineData("&lt;b&gt; &amp;amp; &eacute;", "<b> & é")]
    [InlineData("&amp;amp;amp;", "&amp;")]
    [InlineData("&#65;&#x42;&#X63;&#48", "abc0")]
    [InlineData("cats &amp dogs &notit; AT&T &T; &;", "cats & dogs ¬it; at&t &t; &;")]
    [InlineData("&hellip;&apos;&lang;&rang;&COPY;", "…'⟨⟩©")]
    [InlineData("&hellip &apos &lang &nosuchname;", "&hellip &apos &lang &nosuchname;")]
    [InlineData("&#128;&#x81;.&#0;&#xD800;&#1114112;&#99999999999999999999;", "€\u0081.\uFFFD\uFFFD\uFFFD\uFFFD")]
    [InlineData("a&#1;&#xFFFE;&#x1FFFF;&#127;b&#13;c", "ab c")]
    public void Clean_CharacterReferences_AreDecodedTwiceAsPythonDoes(string text, string clean) =>
        Assert.Equal(clean, ClipText.Clean(text));

    [Theory]
    [InlineData("ab", 5, new[] { 512, 64, 321, 513, 0 }, 4, false)]
    [InlineData("ab", 4, new[] { 512, 64, 321, 513 }, 4, false)]
    [InlineData("ab", 3, new[] { 512, 64, 513 }, 4, true)]
    [InlineData("ab", 2, new[] { 512, 513 }, 4, true)]
    [InlineData("", 3, new[] { 512, 513, 0 }, 2, false)]
    public void Tokenize_Prompt_IsBetweenStartAndEndTokens(string text, int contextLength, int[] tokens, int count, bool truncated)
    {
        var prompt = Load().Tokenize(text, contextLength);

        Assert.Equal(tokens, prompt.Tokens);
        Assert.Equal(tokens.Select((_, i) => i < Math.Min(count, contextLength)), prompt.Mask);
        Assert.Equal(count, prompt.TokenCount);
        Assert.Equal(truncated, prompt.Truncated);
    }

    [Fact]
    public void Tokenize_NoContextGiven_HasThatOfClip() => Assert.Equal(77, Load().Tokenize("a").Tokens.Length);

    [Fact]
    public void Tokenize_NoRoomForStartAndEnd_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Load().Tokenize("a", 1));

    [Theory]
    [InlineData(-1)]
    [InlineData(514)]
    public void Decode_TokenOutsideTheVocabulary_IsRefused(int token) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Load().Decode([token]));

    [Fact]
    public void Load_CompressedFile_ReadsIt()
    {
        Write("a b</w>");
        VocabularyFolder.Compress(Vocabulary);

        Assert.Equal([FirstMerge], ClipTokenizer.Load(_folder.FullName).Encode("ab"));
    }

    [Fact]
    public void Load_MoreMergesThanClipTakes_LeavesTheRestOut()
    {
        // Merges of two bytes: 65536 pairs, of which 48894 are taken.
        var letters = VocabularyFolder.ByteTokens;
        Write([.. letters.SelectMany(left => letters.Select(right => $"{left} {right}"))]);

        Assert.Equal(49408, ClipTokenizer.Load(_folder.FullName).VocabularySize);
    }

    [Theory]
    [InlineData("", 1, "expected a '#version' comment, found ''")]
    [InlineData("#version: 0.2\na b\nab", 3, "'ab' has no newline after it: the file is cut short")]
    [InlineData("#version: 0.2\na b c\n", 2, "expected two tokens, found 'a b c'")]
    [InlineData("#version: 0.2\nab c\na b\n", 2, "the token 'ab' of the merge 'ab c' is neither a byte nor made by a merge before")]
    [InlineData("#version: 0.2\na b\na b\n", 3, "the merge 'a b' makes a token that is there already")]
    [InlineData("#version: 0.2\na b\nb c\nab c\na bc\n", 5, "the merge 'a bc' makes a token that is there already")]
    public void Load_MalformedFile_NamesTheLine(string content, int line, string problem)
    {
        File.WriteAllText(Vocabulary, content);

        var exception = Assert.Throws<InvalidDataException>(() => ClipTokenizer.Load(_folder.FullName));

        Assert.Equal($"{Vocabulary}:{line}: {problem}.", exception.Message);
    }

    [Fact]
    public void Load_MissingFile_NamesIt()
    {
        var exception = Assert.Throws<InvalidDataException>(() => ClipTokenizer.Load(_folder.FullName));

        Assert.Equal($"{Vocabulary}: neither {FileName} nor {FileName}.gz is there.", exception.Message);
    }

    [Fact]
    public void Clean_GoldenPrompts_GivesClipsText()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(GoldenFolder.Find("i-tokenizer")!, "tokenizer.json")));

        Assert.All(json.RootElement.GetProperty("cases").EnumerateArray(), row =>
        {
            var clip = row.GetProperty("clip");
            var source = clip.GetProperty("ftfy_changes_prompt").GetBoolean() ? clip.GetProperty("after_ftfy_html_strip") : row.GetProperty("prompt");
            Assert.Equal(clip.GetProperty("cleaned_lower").GetString(), ClipText.Clean(source.GetString()!));
        });
    }

    private ClipTokenizer Load(params string[] merges)
    {
        Write(merges);
        return ClipTokenizer.Load(_folder.FullName);
    }

    private void Write(params string[] merges) => File.WriteAllText(Vocabulary, string.Concat(merges.Prepend(Header).Select(line => line + "\n")));

    private static int Byte(char character) => VocabularyFolder.ByteId(character);
}

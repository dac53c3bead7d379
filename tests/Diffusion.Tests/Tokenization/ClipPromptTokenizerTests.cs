using Atelier.Diffusion.Tokenization;

namespace Atelier.Diffusion.Tests.Tokenization;

public sealed class ClipPromptTokenizerTests : IDisposable
{
    private readonly TinyDiffusersFolder _folder = new();

    // The ids of Hugging Face's tokenizers for the same vocabulary, which has a token of each byte, then one of each at the end of a word, and "ca" and "cat".
    [Theory]
    [InlineData("a cat", "320 513")]
    [InlineData("A\t\u3000CAT", "320 513")]
    [InlineData("", "")]
    [InlineData("x&amp;y <b>", "343 261 64 76 335 282 344 283 321 285")]
    [InlineData("a\u200bb", "320 158 222 489 321")]
    [InlineData("\u65e5\u672c \u00a0x", "162 245 98 162 250 361 343")]
    [InlineData("1st \u0661\u0662 \u00bd", "272 82 339 149 350 149 351 126 377")]
    [InlineData("\ud83e\udd8a", "172 253 99 488")]
    [InlineData("\u0130stanbul", "328 136 485 82 83 64 77 65 84 331")]
    public void Tokenize_APrompt_GivesTheIdsOfTheLibraryThatWroteTheFolder(string text, string ids)
    {
        var tokenizer = ClipPromptTokenizer.Load(_folder["tokenizer"], padsWithEnd: true);
        var length = ids.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

        var tokens = tokenizer.Tokenize(text, 40);

        Assert.Equal(ids, string.Join(' ', tokens.Tokens[1..(length + 1)]));
        Assert.Equal((514, 515, 515), (tokens.Tokens[0], tokens.Tokens[length + 1], tokens.Tokens[^1]));
        Assert.Equal((length + 2, false), (tokens.TokenCount, tokens.Truncated));
    }

    [Fact]
    public void Tokenize_TheNameOfASpecialToken_IsTextLikeAnyOther()
    {
        var tokenizer = ClipPromptTokenizer.Load(_folder["tokenizer"], padsWithEnd: true);

        Assert.DoesNotContain(514, tokenizer.Tokenize("a <|startoftext|> b", 40).Tokens[1..]);
        // An unpaired surrogate is no reason to fail.
        Assert.Equal(tokenizer.Tokenize("\ufffdx", 40).Tokens, tokenizer.Tokenize("\ud800x", 40).Tokens);
    }

    [Fact]
    public void Tokenize_TooLong_IsCutBeforeTheEndTokenAndSaysSo()
    {
        var tokenizer = ClipPromptTokenizer.Load(_folder["tokenizer"], padsWithEnd: false);

        var cut = tokenizer.Tokenize("a b c d", 5);

        Assert.Equal([514, 320, 321, 322, 515], cut.Tokens);
        Assert.Equal((6, true), (cut.TokenCount, cut.Truncated));
        Assert.Equal([514, 320, 515, 0, 0], tokenizer.Tokenize("a", 5).Tokens);
        Assert.False(tokenizer.Tokenize("a b c", 5).Truncated);
    }

    public void Dispose() => _folder.Dispose();
}

using Atelier.Diffusion.Tokenization;

namespace Atelier.Diffusion.Tests.Tokenization;

public sealed class T5PromptTokenizerTests : IDisposable
{
    private readonly TinyDiffusersFolder _folder = new(pipeline: TinyDiffusersFolder.PixArt);

    // The vocabulary: padding, end, unknown, a space (3), the letters from a (4), and then a few words from 30 on. A space stands before every text.
    [Theory]
    [InlineData("a cat", "30 31")]
    [InlineData("  a   cat ", "30 31")]
    [InlineData("", "")]
    [InlineData("the cat.", "34 31 35")]
    [InlineData("scat", "3 22 33")]
    [InlineData("a</s>", "30 2 2 22 2")]
    public void Tokenize_APrompt_GivesTheBestPiecesAndTheEndToken(string text, string ids)
    {
        var tokenizer = T5PromptTokenizer.Load(_folder["tokenizer"]);
        var length = ids.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

        var tokens = tokenizer.Tokenize(text, 12);

        Assert.Equal(ids, string.Join(' ', tokens.Tokens[..length]));
        Assert.Equal((1, 0), (tokens.Tokens[length], tokens.Tokens[^1]));
        Assert.Equal(length + 1, tokens.Mask.Count(isText => isText));
        Assert.Equal((length + 1, false), (tokens.TokenCount, tokens.Truncated));
    }

    [Fact]
    public void Tokenize_TooLong_IsCutBeforeTheEndTokenAndSaysSo()
    {
        var cut = T5PromptTokenizer.Load(_folder["tokenizer"]).Tokenize("b c d", 4);

        Assert.Equal((4, 1, true), (cut.Tokens.Length, cut.Tokens[^1], cut.Truncated));
    }

    [Fact]
    public void Load_WhatIsNoModel_IsRefusedWithItsName()
    {
        var path = _folder["tokenizer/spiece.model"];
        foreach (var content in new byte[][] { [], [1, 2, 3], File.ReadAllBytes(path)[..200], [.. Enumerable.Repeat((byte)255, 300)] })
        {
            File.WriteAllBytes(path, content);
            Assert.StartsWith($"{path} is not a SentencePiece model", Assert.Throws<InvalidDataException>(() => T5PromptTokenizer.Load(_folder["tokenizer"])).Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Dispose();
}

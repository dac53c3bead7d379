using System.IO.Compression;
using System.Text;
using Atelier.Diffusion.Tokenization;

namespace Atelier.Diffusion.Tests.Tokenization;

public sealed class BpeTokenizerLoadTests : IDisposable
{
    private readonly VocabularyFolder _folder = new();

    public BpeTokenizerLoadTests() => _folder.WriteMerges("a b", "ab c");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Load_PlainOrCompressedFiles_ReadsBoth(bool compressEncoder, bool compressMerges)
    {
        if (compressEncoder)
            VocabularyFolder.Compress(_folder.EncoderPath);
        if (compressMerges)
            VocabularyFolder.Compress(_folder.MergesPath);

        var tokenizer = BpeTokenizer.Load(_folder.FullName);

        Assert.Equal(259, tokenizer.VocabularySize);
        Assert.Equal(258, tokenizer.EndToken);
        Assert.Equal([VocabularyFolder.MergedId(1)], tokenizer.Encode("abc"));
    }

    [Fact]
    public void Load_PlainFileBesideACompressedOne_ReadsThePlainFile()
    {
        File.WriteAllText(_folder.EncoderPath + ".gz", "not gzip");

        Assert.Equal(259, BpeTokenizer.Load(_folder.FullName).VocabularySize);
    }

    [Fact]
    public void Load_WindowsLineEnds_ReadsTheSameMerges()
    {
        File.WriteAllText(_folder.MergesPath, "#version: 0.2\r\na b\r\nab c\r\n");

        Assert.Equal([VocabularyFolder.MergedId(1)], BpeTokenizer.Load(_folder.FullName).Encode("abc"));
    }

    [Theory]
    [InlineData("encoder.json")]
    [InlineData("vocab.bpe")]
    public void Load_MissingFile_NamesIt(string name)
    {
        File.Delete(Path.Combine(_folder.FullName, name));

        AssertRefused(name, $"neither {name} nor {name}.gz is there");
    }

    [Theory]
    [InlineData("", "encoder.json is not JSON: ")]
    [InlineData("{\"a\":0", "encoder.json is not JSON: ")]
    [InlineData("{\"a\":0}{}", "encoder.json is not JSON: ")]
    [InlineData("[1, 2]", "expected an object from token to id, found StartArray")]
    [InlineData("{\"a\":\"0\"}", "token 'a' has the id \"0\", expected an integer")]
    [InlineData("{\"a\":0.5}", "token 'a' has the id 0.5, expected an integer")]
    [InlineData("{\"a\":99999999999}", "token 'a' has the id 99999999999, expected an integer")]
    [InlineData("{\"a\":{\"b\":0}}", "expected an integer")]
    [InlineData("{\"a\":-1}", "token 'a' has the id -1, expected 0 to 0 in a vocabulary of 1")]
    [InlineData("{\"a\":1}", "token 'a' has the id 1, expected 0 to 0 in a vocabulary of 1")]
    [InlineData("{\"a\":1,\"b\":1}", "the tokens 'a' and 'b' share the id 1")]
    [InlineData("{\"a\":0,\"a\":1}", "token 'a' is there twice, with the ids 0 and 1")]
    [InlineData("{\"\":0}", "a token is empty")]
    [InlineData("{\"a b\":0}", "token 'a b' has the character U+0020, which stands for no byte")]
    [InlineData("{\"\\ud800\":0}", "encoder.json is not JSON: Cannot read incomplete UTF-16 JSON text")]
    [InlineData("{\"a\":0}", "the token '!' of the byte 0x21 is missing")]
    public void Load_EncoderThatIsNoMapFromTokenToId_SaysWhatIsWrong(string content, string problem)
    {
        File.WriteAllText(_folder.EncoderPath, content);

        AssertRefused("encoder.json", problem);
    }

    [Fact]
    public void Load_EncoderWithoutAByte_NamesTheByte()
    {
        _folder.EditEncoder("\"z\":", "\"zz\":");

        AssertRefused("encoder.json", "the token 'z' of the byte 0x7A is missing");
    }

    [Fact]
    public void Load_EncoderWithoutEndToken_SaysSo()
    {
        _folder.EditEncoder("endoftext", "end");

        AssertRefused("encoder.json", "the token '<|endoftext|>' is missing");
    }

    [Fact]
    public void Load_EndTokenThatIsNotLast_SaysWhereItIs()
    {
        _folder.EditEncoder(":257", ":-258");
        _folder.EditEncoder(":258", ":257");
        _folder.EditEncoder(":-258", ":258");

        AssertRefused("encoder.json", "the token '<|endoftext|>' has the id 257, not the last, 258");
    }

    [Theory]
    [InlineData("", 1, "expected a '#version' comment, found ''")]
    [InlineData("a b\nab c\n", 1, "expected a '#version' comment, found 'a b'")]
    [InlineData("#version: 0.2\na b\nab", 3, "'ab' has no newline after it: the file is cut short")]
    [InlineData("#version: 0.2\na b\nab c d\n", 3, "expected two tokens, found 'ab c d'")]
    [InlineData("#version: 0.2\n\na b\n", 2, "expected two tokens, found ''")]
    [InlineData("#version: 0.2\na b\na b\n", 3, "the merge 'a b' is there twice")]
    [InlineData("#version: 0.2\na c\n", 2, "the token 'ac' of the merge 'a c' is not in encoder.json")]
    [InlineData("#version: 0.2\na bc\n", 2, "the token 'bc' of the merge 'a bc' is not in encoder.json")]
    public void Load_MalformedMerges_NamesTheLine(string content, int line, string problem)
    {
        File.WriteAllText(_folder.MergesPath, content);

        AssertRefused($"vocab.bpe:{line}", problem);
    }

    [Fact]
    public void Load_MergesThatAreNotUtf8_NamesTheByte()
    {
        File.WriteAllBytes(_folder.MergesPath, [.. "#version"u8, 0xFF, (byte)'\n']);

        AssertRefused("vocab.bpe", "not UTF-8 at byte 8");
    }

    [Theory]
    [InlineData("encoder.json")]
    [InlineData("vocab.bpe")]
    public void Load_TruncatedCompressedFile_IsRefusedWhereverItIsCut(string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        VocabularyFolder.Compress(path);
        var whole = File.ReadAllBytes(path + ".gz");

        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path + ".gz", whole[..length]);
            AssertRefused(name + ".gz", "cut short or damaged");
        }
    }

    [Fact]
    public void Load_FileThatIsNotGzip_SaysThatItIsDamaged()
    {
        File.Delete(_folder.EncoderPath);
        File.WriteAllText(_folder.EncoderPath + ".gz", "{\"a\":0}");

        AssertRefused("encoder.json.gz", "has damaged compressed data");
    }

    [Fact]
    public void Load_CompressedFileThatSwells_IsRefusedAtTheLimit()
    {
        File.Delete(_folder.EncoderPath);
        using (var bomb = new GZipStream(File.Create(_folder.EncoderPath + ".gz"), CompressionLevel.Fastest))
        {
            var block = Encoding.ASCII.GetBytes(new string(' ', 1 << 20));
            for (var i = 0; i < 65; i++)
                bomb.Write(block);
        }

        AssertRefused("encoder.json.gz", "has more; allowed: at most 67108864 bytes");
    }

    [Fact]
    public void Load_ATokenOfManyMegabytes_IsRefusedInShort()
    {
        File.WriteAllText(_folder.EncoderPath, $"{{\"{new string('a', 10_000_000)}\":\"x\"}}");

        Allocation.AssertAtMost(40 << 20, () => AssertRefused("encoder.json", "the token at byte 1 has 10000000 bytes; at most 65536 are allowed"));
    }

    [Theory]
    [InlineData("{\"a\":\"", "x", "\"}", "token 'a' has the id \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..., expected an integer")]
    [InlineData("{\"a\":", "1", "}", "token 'a' has the id 11111111111111111111111111111111111111111111111111111111111111111111111111111111..., expected an integer")]
    [InlineData("{\"a\":[", "1,", "1]}", "token 'a' has the id [, expected an integer")]
    [InlineData("", "[", "", "expected an object from token to id, found StartArray")]
    [InlineData("{\"a\":0,\"", "\\u001b", "\":1}", "token '\uFFFD\uFFFD")]
    public void Load_AnEncoderOfLongText_IsRefusedInShort(string start, string repeated, string end, string problem)
    {
        File.WriteAllText(_folder.EncoderPath, start + string.Concat(Enumerable.Repeat(repeated, 60_000 / repeated.Length)) + end);

        AssertRefused("encoder.json", problem);
    }

    [Fact]
    public void Load_MoreTokensThanAnyVocabularyHas_AreRefused()
    {
        File.WriteAllText(_folder.EncoderPath, "{" + string.Concat(Enumerable.Repeat("\"\":0,", (1 << 20) + 1)) + "\"\":0}");

        Allocation.AssertAtMost(200 << 20, () => AssertRefused("encoder.json", "more than the 1048576 tokens that are allowed"));
    }

    [Fact]
    public void Load_MoreMergesThanAnyVocabularyHas_AreRefusedBeforeTheyAreRead()
    {
        File.WriteAllText(_folder.MergesPath, "#version\n" + string.Concat(Enumerable.Repeat("a b\n", 1 << 20)));

        Allocation.AssertAtMost(40 << 20, () => AssertRefused("vocab.bpe", "1048577 lines; at most 1048576 are allowed"));
    }

    [Theory]
    [InlineData("#version\n", 200_000, "the line at byte 9 has 200000 bytes; at most 131072 are allowed")]
    [InlineData("", 200_000, "the line at byte 0 has 200000 bytes; at most 131072 are allowed")]
    [InlineData("", 100_000, "expected a '#version' comment, found 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...'")]
    public void Load_ALongLineOfMerges_IsRefusedInShort(string start, int length, string problem)
    {
        File.WriteAllText(_folder.MergesPath, $"{start}{new string('a', length)}\n");

        AssertRefused("vocab.bpe", problem);
    }

    [Fact]
    public void Load_MergesThatSteerATerminal_AreShownClean()
    {
        File.WriteAllText(_folder.MergesPath, "#version\n\u001b[2J b\n");

        AssertRefused("vocab.bpe:2", "the token '\uFFFD[2J' of the merge '\uFFFD[2J b' is not in encoder.json");
    }

    private void AssertRefused(string file, string problem)
    {
        var exception = Assert.Throws<InvalidDataException>(() => BpeTokenizer.Load(_folder.FullName));

        Assert.StartsWith(Path.Combine(_folder.FullName, file), exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.InRange(exception.Message.Length, 1, 500);
    }
}

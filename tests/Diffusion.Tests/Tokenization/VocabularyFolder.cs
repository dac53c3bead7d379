using System.IO.Compression;
using System.Text.Json;
using Atelier.Diffusion.Tokenization;

namespace Atelier.Diffusion.Tests.Tokenization;

/// <summary>A temporary folder for the two files of a vocabulary.</summary>
internal sealed class VocabularyFolder : IDisposable
{
    /// <summary>GPT-2's byte tokens in the order of their ids: the 188 visible Latin-1 characters, then 68 substitutes.</summary>
    public static IReadOnlyList<string> ByteTokens { get; } =
    [
        .. Enumerable.Range('!', 94).Concat(Enumerable.Range(0xA1, 12)).Concat(Enumerable.Range(0xAE, 82))
            .Concat(Enumerable.Range(0x100, 68)).Select(character => ((char)character).ToString()),
    ];

    public string FullName { get; } = Directory.CreateTempSubdirectory("vocabulary-").FullName;

    public string EncoderPath => Path.Combine(FullName, "encoder.json");

    public string MergesPath => Path.Combine(FullName, "vocab.bpe");

    /// <summary>The tokenizer of the byte tokens and <paramref name="merges"/>, each written as "left right", in rank order.</summary>
    public static BpeTokenizer Tokenizer(params string[] merges)
    {
        using var folder = new VocabularyFolder();
        folder.WriteMerges(merges);
        return BpeTokenizer.Load(folder.FullName);
    }

    /// <summary>The id, in such a tokenizer, of the token that the merge of the given rank makes.</summary>
    public static int MergedId(int rank) => ByteTokens.Count + rank;

    /// <summary>The id, in any vocabulary with GPT-2's order, of the byte that is this visible ASCII character.</summary>
    public static int ByteId(char character) => character - '!';

    public void WriteMerges(params string[] merges)
    {
        string[] tokens = [.. ByteTokens, .. merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal)), "<|endoftext|>"];
        File.WriteAllText(EncoderPath, JsonSerializer.Serialize(tokens.Index().ToDictionary(entry => entry.Item, entry => entry.Index)));
        File.WriteAllText(MergesPath, string.Concat(merges.Prepend("#version: 0.2").Select(line => line + "\n")));
    }

    public static void Compress(string path)
    {
        var content = File.ReadAllBytes(path);
        File.Delete(path);
        using var gzip = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Fastest);
        gzip.Write(content);
    }

    /// <summary>Replaces text in the encoder file, which must hold it.</summary>
    public void EditEncoder(string old, string replacement)
    {
        var text = File.ReadAllText(EncoderPath);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(EncoderPath, text.Replace(old, replacement, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}

using System.Text.Json;
using Atelier.Diffusion.Tokenization;

namespace Atelier.Diffusion.Tests.Tokenization;

/// <summary>The prompts of the golden case, which went through GLIDE's own Python tokenizer.</summary>
public sealed class BpeTokenizerGoldenTests
{
    private static readonly JsonElement[] s_rows = ReadRows();

    private static readonly Lazy<BpeTokenizer?> s_official =
        new(() => GoldenFolder.Find("glide-tokenizer") is { } folder ? BpeTokenizer.Load(folder) : null);

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, s_rows.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Tokenize_OfficialVocabulary_GivesGlidesTokensPaddingAndMask(int row)
    {
        var tokenizer = Official();
        var (prompt, expected) = (s_rows[row].GetProperty("prompt").GetString()!, s_rows[row].GetProperty("glide"));

        Assert.Equal(Integers(expected, "encode"), tokenizer.Encode(prompt));

        var tokenized = tokenizer.Tokenize(prompt, 128);
        Assert.Equal(Integers(expected, "padded_tokens"), tokenized.Tokens);
        Assert.Equal(Integers(expected, "mask").Select(value => value == 1), tokenized.Mask);
        Assert.Equal(expected.GetProperty("encode").GetArrayLength(), tokenized.TokenCount);
        Assert.Equal(tokenized.TokenCount > 128, tokenized.Truncated);
    }

    [Fact]
    public void Load_OfficialVocabulary_HasGlidesSizeAndEndToken()
    {
        var tokenizer = Official();

        Assert.Equal(50257, tokenizer.VocabularySize);
        Assert.Equal(50256, tokenizer.EndToken);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Decode_OfEncode_GivesGlidesText(int row)
    {
        // Any vocabulary shows this, as every byte has a token: what is compared is the lower-casing.
        var tokenizer = VocabularyFolder.Tokenizer();
        var expected = s_rows[row].GetProperty("glide").GetProperty("decode_of_encode").GetString();

        Assert.Equal(expected, tokenizer.Decode(tokenizer.Encode(s_rows[row].GetProperty("prompt").GetString()!)));
    }

    private static BpeTokenizer Official()
    {
        Assert.SkipWhen(s_official.Value is null, "GLIDE's vocabulary is not here; set GOLDEN_DIR to a folder with glide-tokenizer/.");
        return s_official.Value!;
    }

    private static IEnumerable<int> Integers(JsonElement row, string name) =>
        row.GetProperty(name).EnumerateArray().Select(value => value.GetInt32());

    private static JsonElement[] ReadRows()
    {
        var folder = GoldenFolder.Find("i-tokenizer") ?? throw new DirectoryNotFoundException("tests/golden/i-tokenizer is missing.");
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
        return [.. json.RootElement.Clone().GetProperty("cases").EnumerateArray()];
    }
}

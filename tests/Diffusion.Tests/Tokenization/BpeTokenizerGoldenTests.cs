using System.Text.Json;
using Atelier.Diffusion.Tokenization;

namespace Atelier.Diffusion.Tests.Tokenization;

/// <summary>The prompts of the golden case, which went through GLIDE's own Python tokenizer.</summary>
public sealed class BpeTokenizerGoldenTests
{
    private static readonly JsonElement[] s_rows = ReadRows();

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, s_rows.Length)];

    [Fact]
    public void Tokenize_OfficialVocabulary_GivesGlidesTokensPaddingAndMask()
    {
        // The vocabulary is OpenAI's and stays outside the repository.
        Assert.SkipWhen(GoldenFolder.Find("glide-tokenizer") is null, "GLIDE's vocabulary is not here; set GOLDEN_DIR to a folder with glide-tokenizer/.");
        var tokenizer = BpeTokenizer.Load(GoldenFolder.Find("glide-tokenizer")!);

        Assert.Equal(50257, tokenizer.VocabularySize);
        Assert.Equal(50256, tokenizer.EndToken);
        Assert.All(s_rows, row =>
        {
            var (prompt, expected) = (row.GetProperty("prompt").GetString()!, row.GetProperty("glide"));
            Assert.Equal(Integers(expected, "encode"), tokenizer.Encode(prompt));

            var tokenized = tokenizer.Tokenize(prompt, 128);
            Assert.Equal(Integers(expected, "padded_tokens"), tokenized.Tokens);
            Assert.Equal(Integers(expected, "mask").Select(value => value == 1), tokenized.Mask);
            Assert.Equal(expected.GetProperty("encode").GetArrayLength(), tokenized.TokenCount);
            Assert.Equal(tokenized.TokenCount > 128, tokenized.Truncated);
        });
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

    private static IEnumerable<int> Integers(JsonElement row, string name) =>
        row.GetProperty(name).EnumerateArray().Select(value => value.GetInt32());

    private static JsonElement[] ReadRows()
    {
        var folder = GoldenFolder.Find("i-tokenizer") ?? throw new DirectoryNotFoundException("tests/golden/i-tokenizer is missing.");
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "tokenizer.json")));
        return [.. json.RootElement.Clone().GetProperty("cases").EnumerateArray()];
    }
}

using System.Text.Json;
using Atelier.Diffusion.Tokenization;

namespace Atelier.Golden.Tokenization;

/// <summary>Prompts through GLIDE's tokenizer. The official vocabulary lies in <c>glide-tokenizer</c> beside the case, if anywhere.</summary>
internal static class Prompts
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var vocabulary = Path.Combine(golden.Folder, "..", "glide-tokenizer");
        if (!Directory.Exists(vocabulary))
        {
            comparison.Skip("the official vocabulary is not in glide-tokenizer beside the case");
            return;
        }
        var tokenizer = BpeTokenizer.Load(vocabulary);
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(golden.Folder, "tokenizer.json")));
        foreach (var (i, row) in json.RootElement.Member("cases").EnumerateArray().Index())
        {
            var (prompt, want) = (row.Member("prompt").GetString()!, row.Member("glide"));
            var tokenized = tokenizer.Tokenize(prompt, want.Member("padded_tokens").GetArrayLength());
            comparison.CheckExactly($"encode {i}", tokenizer.Encode(prompt), Integers(want, "encode"));
            comparison.CheckExactly($"padded_tokens {i}", tokenized.Tokens, Integers(want, "padded_tokens"));
            comparison.CheckExactly($"mask {i}", tokenized.Mask.Select(text => text ? 1 : 0), Integers(want, "mask"));
            comparison.CheckExactly($"decode_of_encode {i}", [tokenizer.Decode(tokenizer.Encode(prompt))], [want.Member("decode_of_encode").GetString()!]);
            comparison.LeaveOut("the CLIP tokenizer", row.Member("clip").EnumerateObject().Select(member => $"clip {member.Name} {i}"));
        }
    }

    private static IEnumerable<int> Integers(JsonElement row, string name) => row.Member(name).EnumerateArray().Select(value => value.GetInt32());
}

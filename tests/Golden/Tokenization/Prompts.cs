using System.Text.Json;
using Atelier.Diffusion.Tokenization;

namespace Atelier.Golden.Tokenization;

/// <summary>
/// Prompts through GLIDE's and CLIP's tokenizers. The official vocabularies lie in <c>glide-tokenizer</c> beside the case, if anywhere.
/// Where the reference repaired a prompt with ftfy, CLIP's starts from the repaired text: that is not part of the tokenizer here.
/// </summary>
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
        var (glide, clip) = (BpeTokenizer.Load(vocabulary), ClipTokenizer.Load(vocabulary));
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(golden.Folder, "tokenizer.json")));
        foreach (var (i, row) in json.RootElement.Member("cases").EnumerateArray().Index())
        {
            var prompt = row.Member("prompt").GetString()!;
            CheckGlide(comparison, i, glide, prompt, row.Member("glide"));
            CheckClip(comparison, i, clip, prompt, row.Member("clip"));
        }

        CheckSpecialTokens(golden, comparison, glide, clip);
    }

    private static void CheckGlide(Comparison comparison, int i, BpeTokenizer tokenizer, string prompt, JsonElement want)
    {
        var tokenized = tokenizer.Tokenize(prompt, want.Member("padded_tokens").GetArrayLength());
        comparison.CheckExactly($"encode {i}", tokenizer.Encode(prompt), Integers(want, "encode"));
        comparison.CheckExactly($"padded_tokens {i}", tokenized.Tokens, Integers(want, "padded_tokens"));
        comparison.CheckExactly($"mask {i}", tokenized.Mask.Select(text => text ? 1 : 0), Integers(want, "mask"));
        comparison.CheckExactly($"decode_of_encode {i}", [tokenizer.Decode(tokenizer.Encode(prompt))], [want.Member("decode_of_encode").GetString()!]);
    }

    private static void CheckClip(Comparison comparison, int i, ClipTokenizer tokenizer, string prompt, JsonElement want)
    {
        var repaired = want.Member("after_ftfy_html_strip").GetString()!;
        if (want.Member("ftfy_changes_prompt").GetBoolean()) prompt = repaired;
        var tokenized = tokenizer.Tokenize(prompt, want.Member("padded_tokens").GetArrayLength());
        comparison.CheckExactly($"clip cleaned_lower {i}", [ClipText.Clean(prompt)], [want.Member("cleaned_lower").GetString()!]);
        comparison.CheckExactly($"clip encode {i}", tokenizer.Encode(prompt), Integers(want, "encode"));
        comparison.CheckExactly($"clip padded_tokens {i}", tokenized.Tokens, Integers(want, "padded_tokens"));
        comparison.CheckExactly($"clip length {i}", [tokenized.Mask.Count(text => text)], [want.Member("length").GetInt32()]);
        comparison.CheckExactly($"clip decode_of_encode {i}", [tokenizer.Decode(tokenizer.Encode(prompt))], [want.Member("decode_of_encode").GetString()!]);
    }

    private static void CheckSpecialTokens(GoldenCase golden, Comparison comparison, BpeTokenizer glide, ClipTokenizer clip)
    {
        var (ofGlide, ofClip) = (golden.Json.Member("glide"), golden.Json.Member("clip"));
        comparison.CheckExactly(
            "special tokens",
            [glide.VocabularySize, glide.EndToken, clip.VocabularySize, clip.StartToken, clip.EndToken],
            new[] { ofGlide.Member("n_vocab"), ofGlide.Member("end_token"), ofClip.Member("n_vocab"), ofClip.Member("start_token"), ofClip.Member("end_token") }
                .Select(value => value.GetInt32()));
    }

    private static IEnumerable<int> Integers(JsonElement row, string name) => row.Member(name).EnumerateArray().Select(value => value.GetInt32());
}

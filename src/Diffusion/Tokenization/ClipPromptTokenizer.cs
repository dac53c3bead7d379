using System.Text.Json;
using System.Text.RegularExpressions;
using Atelier.Input;
using Microsoft.ML.Tokenizers;
using BytePairs = Microsoft.ML.Tokenizers.BpeTokenizer;

namespace Atelier.Diffusion.Tokenization;

/// <summary>
/// The tokenizer of CLIP as a Hugging Face folder has it: <c>vocab.json</c> and <c>merges.txt</c>. It gives the ids of that library's fast tokenizer, which
/// neither repairs text nor resolves HTML's character references as OpenAI's own did. Safe for use by several threads at once.
/// </summary>
public sealed partial class ClipPromptTokenizer
{
    /// <summary>Its files within its folder.</summary>
    public static IReadOnlyList<string> FileNames { get; } = ["vocab.json", "merges.txt"];

    private const string StartName = "<|startoftext|>", EndName = "<|endoftext|>";

    private readonly BytePairs _bytePairs;
    private readonly int _start, _end, _padding;

    private ClipPromptTokenizer(BytePairs bytePairs, int size, int start, int end, int padding) =>
        (_bytePairs, VocabularySize, _start, _end, _padding) = (bytePairs, size, start, end, padding);

    /// <summary>The number of tokens.</summary>
    public int VocabularySize { get; }

    /// <summary>Opens a folder.</summary>
    /// <param name="folder">A folder with its files.</param>
    /// <param name="padsWithEnd">Whether prompts are padded with the token that ends them; else with the first of the vocabulary, as by Stable Diffusion 2.</param>
    /// <exception cref="InvalidDataException">A file is missing or malformed; the message names it and what is wrong.</exception>
    public static ClipPromptTokenizer Load(string folder, bool padsWithEnd)
    {
        var (vocabulary, merges) = (Path.Combine(folder, FileNames[0]), Path.Combine(folder, FileNames[1]));
        var content = BoundedFile.Read(vocabulary);
        var ids = ContentBoundary.Read(vocabulary, "is not a vocabulary", () => JsonSerializer.Deserialize<Dictionary<string, int>>(content)!);
        if (ids.Values.Distinct().Count() != ids.Count || ids.Values.Any(id => id < 0 || id >= ids.Count))
            throw BoundedFile.Invalid(vocabulary, $"its ids are not 0 to {ids.Count - 1}, each once");
        foreach (var name in new[] { StartName, EndName })
            if (!ids.ContainsKey(name)) throw BoundedFile.Invalid(vocabulary, $"the token '{name}' is missing");
        var options = new BpeOptions(ids)
        {
            Merges = [.. MergesOf(merges, ids)],
            ByteLevel = true,
            EndOfWordSuffix = "</w>",
            UnknownToken = EndName,
            Normalizer = new LowerCaseWords(),
            PreTokenizer = new RegexPreTokenizer(Words(), null),
        };
        var bytePairs = ContentBoundary.Read(merges, "does not fit its vocabulary", () => BytePairs.Create(options));
        return new ClipPromptTokenizer(bytePairs, ids.Count, ids[StartName], ids[EndName], padsWithEnd ? ids[EndName] : 0);
    }

    /// <summary>Encodes a prompt between its start and its end token into exactly <paramref name="length"/> tokens, cutting or padding it.</summary>
    /// <param name="text">Any text; unpaired surrogates count as U+FFFD.</param>
    /// <param name="length">At least 2.</param>
    public TokenizedPrompt Tokenize(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        // The tokens for start and end are text like any other in a prompt, which cannot name them.
        var encoded = _bytePairs.EncodeToIds(string.Concat(text.EnumerateRunes()));
        var kept = Math.Min(encoded.Count, length - 2);
        int[] tokens = [_start, .. encoded.Take(kept), _end, .. Enumerable.Repeat(_padding, length - 2 - kept)];
        return new TokenizedPrompt(tokens, [.. Enumerable.Range(0, length).Select(i => i < kept + 2)], encoded.Count + 2, encoded.Count > kept);
    }

    private static IEnumerable<string> MergesOf(string path, Dictionary<string, int> ids)
    {
        foreach (var merge in MergeLines.Read(path))
        {
            if (!ids.ContainsKey(merge.Left + merge.Right)) throw merge.Invalid($"the token '{PrintableText.Of(merge.Left + merge.Right)}' of the merge '{merge}' is not in {FileNames[0]}");
            yield return $"{merge.Left} {merge.Right}";
        }
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    /// <summary>Normal form C, one space for any white space, and lower case, character by character.</summary>
    private sealed class LowerCaseWords : Normalizer
    {
        // The one character whose lower case is two.
        public override string Normalize(string original) =>
            Space().Replace(original.Normalize(), " ").Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();

        public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());
    }
}

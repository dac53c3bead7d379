using Atelier.Input;
using Microsoft.ML.Tokenizers;

namespace Atelier.Diffusion.Tokenization;

/// <summary>The tokenizer of T5: a unigram model in the format of SentencePiece (Kudo 2018, arXiv:1804.10959), <c>spiece.model</c>. Safe for use by several threads at once.</summary>
public sealed class T5PromptTokenizer
{
    /// <summary>Its file within its folder.</summary>
    public const string FileName = "spiece.model";

    private const int Padding = 0, End = 1;

    // Those of the large multilingual vocabularies have five megabytes.
    private const int MaxBytes = 64 << 20;

    // trainer_spec { bos_id: 1 }, which overrides what stands before it: T5 has no start token and says -1, which the library takes for an index.
    private static readonly byte[] StartIsEnd = [0x12, 0x03, 0xC8, 0x02, 0x01];

    private readonly SentencePieceTokenizer _pieces;

    private T5PromptTokenizer(SentencePieceTokenizer pieces) => _pieces = pieces;

    /// <summary>The number of tokens.</summary>
    public int VocabularySize => _pieces.Vocabulary.Count;

    /// <summary>Opens a folder.</summary>
    /// <param name="folder">A folder with its file.</param>
    /// <exception cref="InvalidDataException">It is missing or malformed; the message names it and what is wrong.</exception>
    public static T5PromptTokenizer Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var content = RegularFile.ReadAllBytes(path, MaxBytes);
        return ContentBoundary.Read(path, "is not a SentencePiece model", () =>
        {
            using var model = new MemoryStream([.. content, .. StartIsEnd]);
            try
            {
                return new T5PromptTokenizer(SentencePieceTokenizer.Create(model, addBeginningOfSentence: false, addEndOfSentence: false));
            }
            catch (Exception damaged) when (damaged is IndexOutOfRangeException or KeyNotFoundException or NullReferenceException or NotSupportedException)
            {
                throw new InvalidDataException(damaged.Message, damaged);
            }
        });
    }

    /// <summary>Encodes a prompt and its end token into exactly <paramref name="length"/> tokens, cutting or padding it.</summary>
    /// <param name="text">Any text; unpaired surrogates count as U+FFFD. The names of special tokens are text like any other.</param>
    /// <param name="length">At least 1.</param>
    public TokenizedPrompt Tokenize(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        var encoded = _pieces.EncodeToIds(string.Concat(text.EnumerateRunes()));
        var kept = Math.Min(encoded.Count, length - 1);
        int[] tokens = [.. encoded.Take(kept), End, .. Enumerable.Repeat(Padding, length - 1 - kept)];
        return new TokenizedPrompt(tokens, [.. Enumerable.Range(0, length).Select(i => i <= kept)], encoded.Count + 1, encoded.Count > kept);
    }
}

using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tokenization;
using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families.Diffusers;

/// <summary>The T5 of a model: its vocabulary and its text encoder.</summary>
/// <param name="tokenizer">The vocabulary.</param>
/// <param name="network">The encoder.</param>
/// <param name="length">Tokens of a prompt, the one that ends it included.</param>
internal sealed class T5Prompts(T5PromptTokenizer tokenizer, T5Encoder network, int length) : IDisposable
{
    /// <summary>Opens a part's vocabulary.</summary>
    /// <param name="files">The folder.</param>
    /// <param name="part">Name of the part.</param>
    /// <param name="encoder">The encoder that reads its tokens.</param>
    /// <exception cref="InvalidDataException">It is missing, damaged or of another size.</exception>
    public static T5PromptTokenizer Tokenizer(DiffusersFiles files, string part, T5Config encoder)
    {
        var folder = files.Folder(part, [T5PromptTokenizer.FileName]);
        var tokenizer = T5PromptTokenizer.Load(folder);
        return tokenizer.VocabularySize <= encoder.VocabSize
            ? tokenizer
            : throw new InvalidDataException($"{PrintableText.Of(folder, PrintableText.PathLength)}: the tokenizer has {tokenizer.VocabularySize} tokens, its encoder {encoder.VocabSize}");
    }

    /// <summary>How long a prompt is.</summary>
    public PromptLength Measure(string prompt)
    {
        var tokenized = tokenizer.Tokenize(prompt, length);
        return new PromptLength(tokenized.TokenCount, tokenized.Truncated);
    }

    /// <summary>Encodes prompts.</summary>
    /// <param name="prompts">At least one.</param>
    /// <param name="isMasked">Whether padding is not seen.</param>
    /// <returns>[N, L, W] float32, and which tokens are text, [N, L] bool.</returns>
    public (Tensor States, Tensor Mask) Encode(IReadOnlyList<string> prompts, bool isMasked)
    {
        using var scope = NewDisposeScope();
        var tokenized = prompts.Select(prompt => tokenizer.Tokenize(prompt, length)).ToList();
        var ids = tensor([.. tokenized.SelectMany(prompt => prompt.Tokens).Select(token => (long)token)], [prompts.Count, length]).to(network.Device);
        var mask = tensor([.. tokenized.SelectMany(prompt => prompt.Mask)], [prompts.Count, length]).to(network.Device);
        return (network.Forward(ids, isMasked ? mask : null).MoveToOuterDisposeScope(), mask.MoveToOuterDisposeScope());
    }

    public void Dispose() => network.Dispose();
}

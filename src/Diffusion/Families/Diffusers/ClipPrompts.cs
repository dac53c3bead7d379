using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tokenization;
using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families.Diffusers;

/// <summary>One CLIP of a model: its vocabulary and its text encoder.</summary>
/// <param name="tokenizer">The vocabulary.</param>
/// <param name="network">The encoder.</param>
internal sealed class ClipPrompts(ClipPromptTokenizer tokenizer, ClipTextModel network) : IDisposable
{
    /// <summary>Tokens of a prompt, those that begin and end it included.</summary>
    public int Length => network.Config.MaxPositionEmbeddings;

    /// <summary>Opens a part's vocabulary.</summary>
    /// <param name="files">The folder.</param>
    /// <param name="part">Name of the part.</param>
    /// <param name="encoder">The encoder that reads its tokens.</param>
    /// <exception cref="InvalidDataException">It is missing, damaged or of another size.</exception>
    public static ClipPromptTokenizer Tokenizer(DiffusersFiles files, string part, ClipTextConfig encoder)
    {
        var folder = files.Folder(part, ClipPromptTokenizer.FileNames);
        var tokenizer = ClipPromptTokenizer.Load(folder, files.PadsWithEnd(part));
        return tokenizer.VocabularySize <= encoder.VocabSize
            ? tokenizer
            : throw new InvalidDataException($"{PrintableText.Of(folder, PrintableText.PathLength)}: the tokenizer has {tokenizer.VocabularySize} tokens, its encoder {encoder.VocabSize}");
    }

    /// <summary>How long a prompt is.</summary>
    public PromptLength Measure(string prompt)
    {
        var tokenized = tokenizer.Tokenize(prompt, Length);
        return new PromptLength(tokenized.TokenCount, tokenized.Truncated);
    }

    /// <summary>Encodes prompts.</summary>
    public ClipTextOutput Encode(IReadOnlyList<string> prompts)
    {
        using var scope = NewDisposeScope();
        var ids = tensor([.. prompts.SelectMany(prompt => tokenizer.Tokenize(prompt, Length).Tokens).Select(token => (long)token)], [prompts.Count, Length]).to(network.Device);
        var output = network.Forward(ids);
        output.Last.MoveToOuterDisposeScope();
        output.Pooled.MoveToOuterDisposeScope();
        foreach (var state in output.HiddenStates) state.MoveToOuterDisposeScope();
        return output;
    }

    public void Dispose() => network.Dispose();
}

using Atelier.Diffusion.Networks;

namespace Atelier.Diffusion.Models;

/// <summary>Makes of prompts what a network is told. It owns the tokenizers and their limits. One may be used from several threads at once.</summary>
public interface ITextEncoder : IDisposable
{
    /// <summary>How long a prompt is, and whether all of it is seen.</summary>
    /// <param name="prompt">Any text.</param>
    PromptLength Measure(string prompt);

    /// <summary>Encodes prompts, each cut to what is seen of it. How many there are decides the last bits.</summary>
    /// <param name="prompts">At least one.</param>
    Conditioning Encode(IReadOnlyList<string> prompts);

    /// <summary>Encodes the null prompt, which guidance leads away from: one row.</summary>
    Conditioning EncodeNothing() => Encode([""]);
}

/// <summary>How long a prompt is.</summary>
/// <param name="Tokens">Tokens of the whole prompt, with those that the tokenizer adds at start and end.</param>
/// <param name="IsTruncated">Whether its end is cut off.</param>
public readonly record struct PromptLength(int Tokens, bool IsTruncated);

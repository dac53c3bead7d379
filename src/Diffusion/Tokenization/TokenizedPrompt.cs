namespace Atelier.Diffusion.Tokenization;

/// <summary>A prompt as the text transformer takes it: token ids and the mask of those that are text.</summary>
/// <param name="Tokens">
/// The first ids of the prompt, filled up to the context length with the id that its tokenizer pads with.
/// </param>
/// <param name="Mask">For each entry of <paramref name="Tokens"/>, whether it is text and not padding.</param>
/// <param name="TokenCount">The number of tokens of the whole prompt, before any cut, with those that the tokenizer adds at start and end.</param>
/// <param name="Truncated">Whether the prompt had more tokens than the context holds, so that its end was cut off.</param>
public sealed record TokenizedPrompt(int[] Tokens, bool[] Mask, int TokenCount, bool Truncated);

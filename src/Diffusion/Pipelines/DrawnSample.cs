namespace Atelier.Diffusion.Pipelines;

/// <summary>What became of a request.</summary>
/// <param name="Rgb">Pixels, S * S * 3 bytes: rows from the top, red, green, blue interleaved; null where the network left the finite numbers.</param>
/// <param name="TokenCount">Tokens of the whole prompt.</param>
/// <param name="Truncated">Whether the prompt was cut to the text context.</param>
public sealed record DrawnSample(byte[]? Rgb, int TokenCount, bool Truncated);

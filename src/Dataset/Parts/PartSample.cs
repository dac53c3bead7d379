namespace Atelier.Dataset.Parts;

/// <summary>What drawing made of one sample: all that a shard's files need of it beside the job's own files.</summary>
/// <param name="Sample">Number of the sample in the job.</param>
/// <param name="Rgb">Pixels, rows from the top, red, green, blue interleaved; null where there is no image.</param>
/// <param name="ErrorCode">Why there is none, as a stable code; null where there is one.</param>
/// <param name="ErrorMessage">The same in words.</param>
/// <param name="Tokens">Tokens of the prompt.</param>
/// <param name="Truncated">Whether the prompt was cut to the model's context.</param>
public sealed record PartSample(long Sample, byte[]? Rgb, string? ErrorCode, string? ErrorMessage, int Tokens, bool Truncated);

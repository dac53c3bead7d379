namespace Atelier.Abstractions.Prompts;

/// <summary>A row on its way into a job, with the input it names.</summary>
/// <param name="Row">The row.</param>
/// <param name="Input">
/// Content of the input whose SHA-256 is <see cref="PromptRow.InputSha256"/>; empty where the row names none, or one that came with an earlier row.
/// </param>
public sealed record SubmittedRow(PromptRow Row, ReadOnlyMemory<byte> Input = default);

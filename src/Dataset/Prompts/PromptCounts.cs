using Atelier.Abstractions.Prompts;

namespace Atelier.Dataset.Prompts;

/// <summary>What is in a prompt list.</summary>
/// <param name="Rows">All rows.</param>
/// <param name="EmptyPrompts">Rows whose prompt is empty, which stands for the null caption.</param>
/// <param name="Ids">Rows with an id.</param>
/// <param name="Seeds">Rows with their own seed.</param>
/// <param name="GuidanceScales">Rows with their own guidance scale.</param>
public sealed record PromptCounts(long Rows, long EmptyPrompts, long Ids, long Seeds, long GuidanceScales)
{
    internal PromptCounts With(PromptRow row) => new(
        Rows + 1,
        EmptyPrompts + (row.Prompt.Length == 0 ? 1 : 0),
        Ids + (row.Id is null ? 0 : 1),
        Seeds + (row.Seed is null ? 0 : 1),
        GuidanceScales + (row.GuidanceScale is null ? 0 : 1));
}

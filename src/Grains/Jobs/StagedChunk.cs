using Atelier.Abstractions.Prompts;

namespace Atelier.Grains.Jobs;

/// <summary>What is to be known of a chunk of rows before the job can start.</summary>
/// <param name="Rows">How many it has.</param>
/// <param name="HasIds">Whether any of them has an id.</param>
internal readonly record struct StagedChunk(int Rows, bool HasIds)
{
    public static StagedChunk Of(IReadOnlyCollection<PromptRow> rows) => new(rows.Count, rows.Any(row => row.Id is not null));
}

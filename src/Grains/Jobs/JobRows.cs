using System.Collections.Immutable;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Jobs;

/// <summary>Stages the rows of a job, and says in what they differ from those that are there.</summary>
internal static class JobRows
{
    public static async Task AppendAsync(IStore store, string job, int chunk, ImmutableArray<PromptRow> rows)
    {
        if (rows.FirstOrDefault(row => row.GuidanceScale is { } scale && !JobSpecRules.IsGuidanceScale(scale)) is { } wild)
            throw new InvalidInputException($"row {wild.Index + 1} has the guidance scale '{wild.GuidanceScale}'; allowed: {JobSpecRules.GuidanceScaleRange}");
        if (rows.FirstOrDefault(row => row.InputSha256 is { } input && !JobSpecRules.IsSha256(input)) is { } bad)
            throw new InvalidInputException($"row {bad.Index + 1} has the input '{bad.InputSha256}'; allowed: the SHA-256 of one, 64 hexadecimal digits in lower case");
        if (await JobFiles.TryCreatePromptsAsync(store, job, chunk, rows)) return;
        var existing = await JobFiles.ReadPromptsAsync(store, job, chunk, JobLimits.ChunkRows) ?? [];
        for (var i = 0; i < Math.Max(existing.Count, rows.Length); i++)
        {
            var (there, here) = (i < existing.Count ? existing[i] : null, i < rows.Length ? rows[i] : null);
            if (there != here)
            {
                throw new InvalidInputException(
                    $"job '{job}' exists with other rows: row {(long)chunk * JobLimits.ChunkRows + i + 1} is {Describe(there)} there, {Describe(here)} here");
            }
        }
    }

    private static string Describe(PromptRow? row) =>
        row is null ? "absent" : $"\"{(row.Prompt.Length > 60 ? row.Prompt[..60] + "..." : row.Prompt)}\"{(row.Id is null ? "" : $" (id {row.Id})")}"
            + (row.Seed is null ? "" : $" seed {row.Seed}") + (row.GuidanceScale is null ? "" : $" guidance {row.GuidanceScale}")
            + (row.NegativePrompt is null ? "" : $" against \"{row.NegativePrompt}\"")
            + (row.Label is null ? "" : $" label \"{row.Label}\"")
            + (row.InputSha256 is null ? "" : $" inpainting {row.InputSha256[..12]}");
}

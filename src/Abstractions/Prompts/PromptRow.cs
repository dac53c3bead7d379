namespace Atelier.Abstractions.Prompts;

/// <summary>One row of a job: one line of its prompt list, with the settings that this line overrides.</summary>
[GenerateSerializer, Immutable, Alias("atelier.PromptRow")]
public sealed record PromptRow
{
    /// <summary>Zero-based position of the row among the job's rows.</summary>
    [Id(0)] public required long Index { get; init; }

    /// <summary>The text to draw; may be empty, which is the null caption.</summary>
    [Id(1)] public required string Prompt { get; init; }

    /// <summary>The user's own name for the row, carried into the metadata; null when the input has none.</summary>
    [Id(2)] public string? Id { get; init; }

    /// <summary>Seed of this row's first image, in place of the one derived from the job's seed.</summary>
    [Id(3)] public ulong? Seed { get; init; }

    /// <summary>Guidance scale of this row, in place of the job's.</summary>
    [Id(4)] public double? GuidanceScale { get; init; }

    /// <summary>The text that guidance leads away from, in place of the job's.</summary>
    [Id(5)] public string? NegativePrompt { get; init; }

    /// <summary>Class to draw: a name or a number that the model knows; null where the row has none.</summary>
    [Id(6)] public string? Label { get; init; }

    /// <summary>
    /// What is kept of the image, for models that inpaint: lower-case hex SHA-256 of one of the job's inputs, see <see cref="Jobs.IJobGrain.AddInput"/>.
    /// Null where the whole image is drawn.
    /// </summary>
    [Id(7)] public string? InputSha256 { get; init; }
}

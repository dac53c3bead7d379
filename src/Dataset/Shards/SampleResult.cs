using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Images;

namespace Atelier.Dataset.Shards;

/// <summary>What became of one sample: an image, or the reason why there is none. Exactly one of the two.</summary>
public sealed record SampleResult
{
    /// <summary>Number of the sample in the job.</summary>
    public required long Sample { get; init; }

    /// <summary>The row it belongs to.</summary>
    public required PromptRow Row { get; init; }

    /// <summary>Which image of its row it is, from 0.</summary>
    public required int ImageOrdinal { get; init; }

    /// <summary>The seed it was made from.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The guidance scale it was made with.</summary>
    public required double GuidanceScale { get; init; }

    /// <summary>The text that guidance led away from; empty for the null caption.</summary>
    public required string NegativePrompt { get; init; }

    /// <summary>Index of the class that the row's label names; null where it has none.</summary>
    public int? Class { get; init; }

    /// <summary>Scale of classifier guidance; 0 where no classifier guided.</summary>
    public double ClassifierScale { get; init; }

    /// <summary>Tokens of the prompt that the model was given.</summary>
    public required int Tokens { get; init; }

    /// <summary>Whether the prompt was cut to the model's context.</summary>
    public required bool Truncated { get; init; }

    /// <summary>The image.</summary>
    public RgbImage? Image { get; init; }

    /// <summary>A stable code for what is wrong with the sample's data, such as <c>non-finite</c>.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The same in words: equal on every machine and every run.</summary>
    public string? ErrorMessage { get; init; }
}

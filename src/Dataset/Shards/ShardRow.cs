namespace Atelier.Dataset.Shards;

/// <summary>A sample as the parquet file has it: one row for every sample, with an image or without. Column names are in snake_case.</summary>
public sealed record ShardRow
{
    /// <summary>The sample's name, which is also the stem of its files in the tar.</summary>
    public required string Key { get; init; }

    /// <summary>Zero-based number of the row in the prompt list.</summary>
    public required long Row { get; init; }

    /// <summary>Which image of its row it is, from 0.</summary>
    public required int Image { get; init; }

    /// <summary>The seed it was made from; as the seed of a row it gives the same image.</summary>
    public required ulong Seed { get; init; }

    /// <summary>One of <see cref="SampleStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>Why there is no image; null when there is one.</summary>
    public required string? ErrorCode { get; init; }

    /// <summary>The guidance scale it was made with.</summary>
    public required double GuidanceScale { get; init; }

    /// <summary>Pixels in a row of the image; null when there is none.</summary>
    public required int? Width { get; init; }

    /// <summary>Rows of the image; null when there is none.</summary>
    public required int? Height { get; init; }

    /// <summary>Length of the image file in bytes; null when there is none.</summary>
    public required long? Bytes { get; init; }

    /// <summary>Where the image file begins in the shard's tar, in bytes from its beginning: one read of <see cref="Bytes"/> bytes from there gives the image. Null when there is none.</summary>
    public required long? ImageOffset { get; init; }

    /// <summary>The user's name for the row.</summary>
    public required string? Id { get; init; }

    /// <summary>The text that was asked for.</summary>
    public required string Prompt { get; init; }

    /// <summary>The row's own seed; null where the row has none, and the job's seed decides.</summary>
    public required ulong? RowSeed { get; init; }

    /// <summary>The text that guidance led away from; empty for the null caption.</summary>
    public required string NegativePrompt { get; init; }

    /// <summary>The class that was asked for, as the row has it; null where it has none.</summary>
    public required string? Label { get; init; }

    /// <summary>Its index among the model's classes.</summary>
    public required int? Class { get; init; }

    /// <summary>Scale of classifier guidance; 0 where no classifier guided.</summary>
    public required double ClassifierScale { get; init; }

    /// <summary>SHA-256 of the job's input that it inpaints, which is <c>inputs/{sha256}.png</c>; null where the whole image was drawn.</summary>
    public required string? InputSha256 { get; init; }

    /// <summary>The sampler it was made with.</summary>
    public required string Sampler { get; init; }

    /// <summary>Denoising steps.</summary>
    public required int Steps { get; init; }

    /// <summary>DDIM's eta.</summary>
    public required double Eta { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of the model.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>Format, and file extension in the tar, of the image.</summary>
    public required string Format { get; init; }

    /// <summary>Tokens of the prompt that the model was given.</summary>
    public required int Tokens { get; init; }

    /// <summary>Whether the prompt was cut to the model's context.</summary>
    public required bool Truncated { get; init; }

    /// <summary>Why there is no image, in words; null when there is one.</summary>
    public required string? ErrorMessage { get; init; }

    /// <summary>Lower-case hex SHA-256 of the pixels as the model made them: three bytes each, row by row. Null when there is no image.</summary>
    public required string? PixelSha256 { get; init; }
}

namespace Atelier.Dashboard.Samples;

/// <summary>A sample as a line of a job's output, in the form that users of batches of requests know.</summary>
internal sealed record OutputLine
{
    /// <summary>The id that the row had in its list; null where it had none.</summary>
    public string? CustomId { get; init; }

    public required string Key { get; init; }

    /// <summary>The row, from 0.</summary>
    public required long Row { get; init; }

    /// <summary>Which of the row's images, from 0.</summary>
    public required int Image { get; init; }

    /// <summary>Its image; null where it has none.</summary>
    public OutputImage? Response { get; init; }

    /// <summary>Why it has none; null where it has one.</summary>
    public OutputError? Error { get; init; }
}

/// <summary>The image of a sample.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Format">Its format.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows of pixels.</param>
/// <param name="Bytes">Length of the file.</param>
/// <param name="PixelSha256">SHA-256 of its pixels.</param>
/// <param name="Seed">The seed it was drawn from.</param>
internal sealed record OutputImage(string Url, string Format, int? Width, int? Height, long? Bytes, string? PixelSha256, ulong Seed);

/// <summary>Why a sample has no image.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">For people.</param>
internal sealed record OutputError(string? Code, string? Message);

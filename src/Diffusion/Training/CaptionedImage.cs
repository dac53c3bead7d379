namespace Atelier.Diffusion.Training;

/// <summary>One training example.</summary>
/// <param name="Caption">What the image shows.</param>
/// <param name="Rgb">Pixels, S * S * 3 bytes: rows from the top, red, green, blue interleaved.</param>
public sealed record CaptionedImage(string Caption, byte[] Rgb)
{
    /// <summary>Zero-based class of the image, which only classifiers learn from; null where it has none.</summary>
    public int? Label { get; init; }

    /// <summary>What the caption states, a value from 0 for each attribute, which only <see cref="TextTask"/> learns from; null where nobody knows.</summary>
    public IReadOnlyList<int>? Attributes { get; init; }

    /// <summary>
    /// The caption with its sides exchanged, left for right and top for bottom, for <see cref="CaptionProbe"/>; null where nobody knows it.
    /// </summary>
    public string? MisplacedCaption { get; init; }
}

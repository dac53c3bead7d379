namespace Atelier.Diffusion.Training;

/// <summary>
/// What captions tell a network about images of one noise level: mean squared errors of what it predicts, with the same noise each time. A caption
/// that is understood makes the first the smallest; where the caption's layout is not, the first two are alike.
/// </summary>
/// <param name="Bucket">The noise level.</param>
/// <param name="Right">Error with each image's own caption.</param>
/// <param name="Misplaced">Error with captions that state another layout, see <see cref="CaptionedImage.MisplacedCaption"/>; null where there are none.</param>
/// <param name="Shuffled">Error with the caption of another image.</param>
public sealed record CaptionLoss(SnrBucket Bucket, double Right, double? Misplaced, double Shuffled)
{
    /// <summary>How much worse another layout is, as a part of the right one's error; null where there is none.</summary>
    public double? LayoutGap => (Misplaced - Right) / Right;

    /// <summary>How much worse another caption is, as a part of the right one's error.</summary>
    public double CaptionGap => (Shuffled - Right) / Right;
}

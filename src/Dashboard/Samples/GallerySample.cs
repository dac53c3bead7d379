namespace Atelier.Dashboard.Samples;

/// <summary>A sample as galleries show it.</summary>
/// <param name="Number">Its number in the job.</param>
/// <param name="Key">Its name.</param>
/// <param name="Row">Zero-based number of its row.</param>
/// <param name="Id">The user's name for the row; null where it has none.</param>
/// <param name="Prompt">The text.</param>
/// <param name="Seed">The seed.</param>
/// <param name="GuidanceScale">The guidance scale.</param>
/// <param name="Width">Pixels in a row of the image; null where there is none.</param>
/// <param name="Height">Rows of the image; null where there is none.</param>
/// <param name="PixelSha256">Hash of its pixels; null where there is no image.</param>
/// <param name="ErrorCode">Why there is no image; null where there is one.</param>
internal sealed record GallerySample(
    long Number, string Key, long Row, string? Id, string Prompt, ulong Seed, double GuidanceScale, int? Width, int? Height, string? PixelSha256, string? ErrorCode);

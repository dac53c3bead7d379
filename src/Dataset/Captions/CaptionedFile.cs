using Atelier.Dataset.Images;

namespace Atelier.Dataset.Captions;

/// <summary>An image of a folder with its caption.</summary>
/// <param name="Path">Path of the image file.</param>
/// <param name="Caption">The text of the caption file, without white space around it.</param>
/// <param name="Image">The image, cropped and scaled to a square.</param>
public sealed record CaptionedFile(string Path, string Caption, RgbImage Image);

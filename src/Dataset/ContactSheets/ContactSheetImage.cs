using Atelier.Dataset.Images;

namespace Atelier.Dataset.ContactSheets;

/// <summary>An image of a contact sheet.</summary>
/// <param name="Caption">The text beneath it.</param>
/// <param name="Image">The image.</param>
public sealed record ContactSheetImage(string Caption, RgbImage Image);

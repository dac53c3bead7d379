namespace Atelier.Diffusion.Models;

/// <summary>Width and height of images in pixels.</summary>
/// <param name="Width">Pixels from left to right.</param>
/// <param name="Height">Pixels from top to bottom.</param>
public readonly record struct PixelSize(int Width, int Height)
{
    /// <summary>Pixels of one image.</summary>
    public int Area => Width * Height;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Width}x{Height}");
}

namespace Atelier.Shapes;

/// <summary>A colour: three sRGB bytes.</summary>
/// <param name="R">Red, in [0, 255].</param>
/// <param name="G">Green, in [0, 255].</param>
/// <param name="B">Blue, in [0, 255].</param>
public readonly record struct Rgb(byte R, byte G, byte B);

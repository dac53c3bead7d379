namespace Atelier.Shapes;

/// <summary>A pixel's middle, and how much of the pixel an object covers.</summary>
/// <param name="X">Pixels from the left, 0.5 for the first column.</param>
/// <param name="Y">Pixels from the top, 0.5 for the first row.</param>
/// <param name="Coverage">In [0, 1].</param>
internal readonly record struct CoveredPixel(double X, double Y, double Coverage);

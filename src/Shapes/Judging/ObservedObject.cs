namespace Atelier.Shapes;

/// <summary>One object as the judge saw it. Lengths are in pixels, from the image's left upper corner.</summary>
/// <param name="Colour">Its colour; null if no name is near.</param>
/// <param name="Shape">Its shape; null if it fits none.</param>
/// <param name="Size">Its size.</param>
/// <param name="CentreX">The middle of its bounding square.</param>
/// <param name="CentreY">The middle of its bounding square.</param>
/// <param name="HalfExtent">Half the side of its bounding square.</param>
/// <param name="Fit">How well the best template fits, in [0, 1]; drawn shapes are above 0.97.</param>
public sealed record ObservedObject(
    ObjectColour? Colour,
    Shape? Shape,
    ObjectSize Size,
    double CentreX,
    double CentreY,
    double HalfExtent,
    double Fit);

namespace Atelier.Shapes;

/// <summary>One object as it is drawn. Lengths are fractions of the image's side; x grows rightwards, y grows downwards.</summary>
/// <param name="Kind">Its colour and shape by name.</param>
/// <param name="Size">Its size by name.</param>
/// <param name="Fill">The colour it is really drawn in: the nominal one with a little jitter.</param>
/// <param name="CentreX">The middle of its bounding square.</param>
/// <param name="CentreY">The middle of its bounding square.</param>
/// <param name="HalfExtent">Half the side of its bounding square.</param>
public sealed record SceneObject(ObjectKind Kind, ObjectSize Size, Rgb Fill, double CentreX, double CentreY, double HalfExtent);

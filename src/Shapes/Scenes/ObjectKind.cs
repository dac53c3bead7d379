namespace Atelier.Shapes;

/// <summary>What every caption says of an object: its colour and its shape.</summary>
/// <param name="Colour">The colour's name.</param>
/// <param name="Shape">The shape's name.</param>
public readonly record struct ObjectKind(ObjectColour Colour, Shape Shape);

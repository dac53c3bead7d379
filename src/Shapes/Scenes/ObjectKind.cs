namespace Atelier.Shapes;

/// <summary>What every caption says of an object: its colour and its shape.</summary>
/// <param name="Colour">The colour's name.</param>
/// <param name="Shape">The shape's name.</param>
public readonly record struct ObjectKind(ObjectColour Colour, Shape Shape)
{
    /// <summary>Every kind; the position in this list is the number of the class that classifiers of scenes know it by.</summary>
    public static IReadOnlyList<ObjectKind> All { get; } =
        [.. Enum.GetValues<ObjectColour>().SelectMany(colour => Enum.GetValues<Shape>().Select(shape => new ObjectKind(colour, shape)))];

    /// <summary>Its class, from 0.</summary>
    public int Class => (int)Colour * Enum.GetValues<Shape>().Length + (int)Shape;

    /// <summary>Its name, such as <c>red circle</c>.</summary>
    public override string ToString() => $"{Colour} {Shape}".ToLowerInvariant();
}

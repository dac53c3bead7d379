using System.Collections.Immutable;

namespace Atelier.Shapes;

/// <summary>All that the judge saw in one image.</summary>
/// <param name="Width">The image's width in pixels.</param>
/// <param name="Height">The image's height in pixels.</param>
/// <param name="Background">The background's colour; null if no name is near.</param>
/// <param name="Objects">The objects, the largest first.</param>
public sealed record Observation(int Width, int Height, BackgroundColour? Background, ImmutableArray<ObservedObject> Objects);

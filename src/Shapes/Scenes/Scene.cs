using System.Collections.Immutable;

namespace Atelier.Shapes;

/// <summary>A picture before it is drawn: a background with one object, or with two in a stated relation.</summary>
/// <param name="Background">The background's colour by name.</param>
/// <param name="BackgroundFill">The colour the background is really drawn in.</param>
/// <param name="Objects">One or two objects. Of two, the first is the left or the upper one, and their kinds differ.</param>
/// <param name="Relation">
/// The first object's relation to the second, <see cref="Relation.LeftOf"/> or <see cref="Relation.Above"/>; null with one object.
/// </param>
/// <param name="Place">Where a lone object lies, if that can be said without doubt; null otherwise and with two objects.</param>
public sealed record Scene(
    BackgroundColour Background,
    Rgb BackgroundFill,
    ImmutableArray<SceneObject> Objects,
    Relation? Relation,
    Place? Place);

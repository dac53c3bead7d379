using System.Collections.Immutable;

namespace Atelier.Shapes;

/// <summary>
/// What a caption states, as numbers. Of two objects the first is the left or the upper one, whichever the caption names first: so that who can tell
/// the attributes has understood the relation. Which is which follows from the order of the names and a word such as "left", neither of which says
/// anything alone; attributes for both of those are there to be learnt on the way.
/// </summary>
public static class CaptionAttributes
{
    private static readonly int Colours = Enum.GetValues<ObjectColour>().Length;
    private static readonly int Shapes = Enum.GetValues<Shape>().Length;
    private static readonly int Sizes = Enum.GetValues<ObjectSize>().Length;
    private static readonly int Backgrounds = Enum.GetValues<BackgroundColour>().Length;
    private static readonly int Places = Enum.GetValues<Place>().Length;

    /// <summary>
    /// How many values each attribute can have: the arrangement (one object, beside each other, above each other), for either object colour, shape and
    /// size, then background and place; then colour and shape of what is named first and of what is named second, and the first word for a side (left,
    /// right, above, below). The last value of each is "not stated", or "there is no such object", where that can be.
    /// </summary>
    public static IReadOnlyList<int> Choices { get; } =
    [
        3, Colours, Shapes, Sizes + 1, Colours + 1, Shapes + 1, Sizes + 1, Backgrounds + 1, Places + 1,
        Colours, Shapes, Colours + 1, Shapes + 1, Wording.SideWords.Length + 1,
    ];

    /// <summary>The attributes of a caption.</summary>
    /// <param name="captioned">The scene and what its caption states.</param>
    /// <returns>One value for each of <see cref="Choices"/>, from 0.</returns>
    public static ImmutableArray<int> Of(CaptionedScene captioned)
    {
        ArgumentNullException.ThrowIfNull(captioned);
        var scene = captioned.Scene;
        var second = scene.Objects.Length > 1 ? scene.Objects[1] : null;
        var (named, other) = captioned.NamedFirst == 0 ? (scene.Objects[0], second) : (scene.Objects[1], scene.Objects[0]);
        var word = Wording.Sides().Match(captioned.Caption).Value.ToLowerInvariant();
        var side = Array.FindIndex(Wording.SideWords, words => words.Contains(word));
        return
        [
            scene.Relation switch { null => 0, Relation.LeftOf => 1, _ => 2 },
            (int)scene.Objects[0].Kind.Colour, (int)scene.Objects[0].Kind.Shape, SizeOf(scene.Objects[0]),
            second is null ? Colours : (int)second.Kind.Colour, second is null ? Shapes : (int)second.Kind.Shape, SizeOf(second),
            captioned.BackgroundStated ? (int)scene.Background : Backgrounds,
            captioned.PlaceStated ? (int)scene.Place!.Value : Places,
            (int)named.Kind.Colour, (int)named.Kind.Shape,
            other is null ? Colours : (int)other.Kind.Colour, other is null ? Shapes : (int)other.Kind.Shape,
            side < 0 ? Wording.SideWords.Length : side,
        ];

        int SizeOf(SceneObject? shown) => shown is not null && captioned.SizesStated ? (int)shown.Size : Sizes;
    }
}

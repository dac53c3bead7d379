namespace Atelier.Shapes;

/// <summary>Whether an image shows what a caption states. What the caption leaves out is null: neither right nor wrong.</summary>
/// <remarks>With a wrong number of objects everything stated of the objects is wrong, since none can be told which it is.</remarks>
/// <param name="ObjectCountRight">Whether there are exactly as many objects as stated.</param>
/// <param name="ColourRight">Whether every object has its stated colour.</param>
/// <param name="ShapeRight">Whether every object has its stated shape.</param>
/// <param name="RelationRight">Whether the two objects lie as stated; null for one object.</param>
/// <param name="BackgroundRight">Whether the background has the stated colour; null if none is stated.</param>
/// <param name="SizesRight">Whether every object has its stated size; null if none is stated.</param>
/// <param name="PlaceRight">Whether a lone object lies where it is stated to; null if no place is stated.</param>
public sealed record Verdict(
    bool ObjectCountRight,
    bool ColourRight,
    bool ShapeRight,
    bool? RelationRight,
    bool? BackgroundRight,
    bool? SizesRight,
    bool? PlaceRight)
{
    // A lone object this near to the middle, as a part of the image's side, lies in the centre.
    private const double CentreRadius = 3.5 / 32;

    /// <summary>
    /// Whether the image shows exactly the stated objects, each with both its colour and its shape, in the stated relation.
    /// Background, sizes and place do not count.
    /// </summary>
    public bool Adheres => ObjectCountRight && ColourRight && ShapeRight && RelationRight != false;

    /// <summary>Compares what is stated with what is seen.</summary>
    /// <remarks>
    /// Two objects are paired so that most colours and shapes are right. If both pairings are equal, which of the two is which cannot be told: they are
    /// paired by their places, and the relation is wrong.
    /// </remarks>
    public static Verdict Compare(CaptionedScene expected, Observation seen)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(seen);

        var scene = expected.Scene;
        bool? background = expected.BackgroundStated ? seen.Background == scene.Background : null;
        if (seen.Objects.Length != scene.Objects.Length)
        {
            return new Verdict(
                false,
                false,
                false,
                scene.Relation is null ? null : false,
                background,
                expected.SizesStated ? false : null,
                expected.PlaceStated ? false : null);
        }

        var pairings = new[] { seen.Objects, [.. seen.Objects.Reverse()] }.Select(order => scene.Objects.Zip(order).ToArray()).ToArray();
        var paired = pairings.MaxBy(pairs => (Likeness(pairs), scene.Relation is { } stated && IsRelationRight(stated, pairs)))!;
        var isCertain = scene.Relation is null || Likeness(pairings[0]) != Likeness(pairings[1]);
        return new Verdict(
            true,
            paired.All(pair => pair.Second.Colour == pair.First.Kind.Colour),
            paired.All(pair => pair.Second.Shape == pair.First.Kind.Shape),
            scene.Relation is null ? null : isCertain && IsRelationRight(scene.Relation.Value, paired),
            background,
            expected.SizesStated ? paired.All(pair => pair.Second.Size == pair.First.Size) : null,
            expected.PlaceStated ? PlaceOf(paired[0].Second, seen) == scene.Place : null);
    }

    /// <summary>How many colours and shapes are right.</summary>
    private static int Likeness((SceneObject Stated, ObservedObject Seen)[] pairs) => pairs.Sum(pair =>
        (pair.Seen.Colour == pair.Stated.Kind.Colour ? 1 : 0) + (pair.Seen.Shape == pair.Stated.Kind.Shape ? 1 : 0));

    private static bool IsRelationRight(Relation stated, (SceneObject Stated, ObservedObject Seen)[] pairs)
    {
        var (first, second) = (pairs[0].Seen, pairs[1].Seen);
        var (dx, dy) = (first.CentreX - second.CentreX, first.CentreY - second.CentreY);
        return stated == (Math.Abs(dx) > Math.Abs(dy)
            ? dx < 0 ? Relation.LeftOf : Relation.RightOf
            : dy < 0 ? Relation.Above : Relation.Below);
    }

    private static Place PlaceOf(ObservedObject only, Observation seen)
    {
        var (dx, dy) = ((only.CentreX / seen.Width) - 0.5, (only.CentreY / seen.Height) - 0.5);
        if (Math.Max(Math.Abs(dx), Math.Abs(dy)) <= CentreRadius) return Place.Centre;
        return Math.Abs(dx) > Math.Abs(dy)
            ? dx < 0 ? Place.Left : Place.Right
            : dy < 0 ? Place.Top : Place.Bottom;
    }
}

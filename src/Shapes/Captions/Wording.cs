using System.Text.RegularExpressions;

namespace Atelier.Shapes;

/// <summary>All the words and sentence forms of captions. Forms have slots in braces; see <see cref="Captioner"/>.</summary>
internal static partial class Wording
{
    public static readonly IReadOnlyList<string> OneObject =
    [
        "{a}", "{a}", "there is {a}", "a picture of {a}", "an image of {a}", "a drawing of {a}", "this is {a}", "{a} alone",
    ];

    public static readonly IReadOnlyList<string> TwoObjects =
    [
        "{a} {related to} {b}", "{a} {related to} {b}", "{a} is {related to} {b}", "there is {a} {related to} {b}",
        "a picture of {a} {related to} {b}", "an image of {a} {related to} {b}", "a drawing of {a} {related to} {b}",
        "{b} with {a} {related to} it", "{a} {at side} and {b} {at other side}", "{at side} {a}, {at other side} {b}",
    ];

    public static readonly IReadOnlyList<string> WithBackground =
    [
        "{scene} on a {ground} background", "{scene} on a {ground} background", "{scene} against a {ground} background",
        "{scene}, {ground} background", "{scene}, background {ground}", "{scene} on {ground}", "on a {ground} background, {scene}",
    ];

    public static readonly IReadOnlyList<string> Determiners = ["a", "a", "a", "one"];

    public static IReadOnlyList<string> Of(Shape shape) => shape switch
    {
        Shape.Circle => ["circle", "circle", "disc"],
        Shape.Square => ["square", "square", "box"],
        Shape.Triangle => ["triangle"],
        Shape.Diamond => ["diamond", "diamond", "rhombus"],
        Shape.Cross => ["cross", "cross", "plus"],
        Shape.Ring => ["ring", "ring", "hoop"],
        Shape.Star => ["star"],
        Shape.Heart => ["heart"],
        _ => throw new ArgumentOutOfRangeException(nameof(shape), shape, "not a known shape"),
    };

    public static IReadOnlyList<string> Of(ObjectSize size) =>
        size == ObjectSize.Small ? ["small", "small", "tiny", "little"] : ["large", "large", "big", "huge"];

    public static IReadOnlyList<string> Of(Relation relation) => relation switch
    {
        Relation.LeftOf => ["to the left of", "left of", "on the left of"],
        Relation.RightOf => ["to the right of", "right of", "on the right of"],
        Relation.Above => ["above", "above", "over"],
        Relation.Below => ["below", "below", "under", "beneath"],
        _ => throw new ArgumentOutOfRangeException(nameof(relation), relation, "not a known relation"),
    };

    /// <summary>The side of the image where an object lies that is in <paramref name="relation"/> to the other one.</summary>
    public static string SideOf(Relation relation) => relation switch
    {
        Relation.LeftOf => "on the left",
        Relation.RightOf => "on the right",
        Relation.Above => "at the top",
        Relation.Below => "at the bottom",
        _ => throw new ArgumentOutOfRangeException(nameof(relation), relation, "not a known relation"),
    };

    public static IReadOnlyList<string> Of(Place place) => place switch
    {
        Place.Centre => ["in the centre", "in the middle"],
        Place.Left => ["on the left"],
        Place.Right => ["on the right"],
        Place.Top => ["at the top"],
        Place.Bottom => ["at the bottom"],
        _ => throw new ArgumentOutOfRangeException(nameof(place), place, "not a known place"),
    };

    /// <summary>The words that say where something is; "at the top" and "on the left" end in one of them.</summary>
    [GeneratedRegex(@"\b(left|right|above|over|below|under|beneath|top|bottom)\b", RegexOptions.IgnoreCase)]
    public static partial Regex Sides();

    /// <summary>The same words by the side that they mean: left, right, above, below.</summary>
    public static readonly string[][] SideWords = [["left"], ["right"], ["above", "over", "top"], ["below", "under", "beneath", "bottom"]];

    /// <summary>The word for the opposite side.</summary>
    public static string Opposite(string side) => side switch
    {
        "left" => "right",
        "right" => "left",
        "above" => "below",
        "over" => "under",
        "below" => "above",
        "under" or "beneath" => "over",
        "top" => "bottom",
        "bottom" => "top",
        _ => throw new ArgumentOutOfRangeException(nameof(side), side, "not a side"),
    };

    public static string Of(ObjectColour colour) => colour.ToString().ToLowerInvariant();

    public static string Of(BackgroundColour colour) => colour.ToString().ToLowerInvariant();
}

using System.Text.RegularExpressions;

namespace Atelier.Shapes.Tests;

/// <summary>Reads captions back with word lists of its own: they are tested by what they say and not by how they are made.</summary>
internal sealed partial record CaptionReader(
    IReadOnlyList<ObjectKind> Kinds,
    IReadOnlyList<ObjectSize> Sizes,
    BackgroundColour? Background,
    Relation? FirstToSecond,
    Place? Place)
{
    public static CaptionReader Read(string caption)
    {
        var text = caption.TrimEnd('.').ToLowerInvariant();
        var phrases = NounPhrase().Matches(text);
        return new CaptionReader(
            [.. phrases.Select(phrase => new ObjectKind(ParseColour(phrase), ParseShape(phrase)))],
            [.. phrases.Where(phrase => phrase.Groups["size"].Success).Select(ParseSize)],
            BackgroundPhrase().Match(text) is { Success: true } ground
                ? Enum.Parse<BackgroundColour>(ground.Groups["ground"].Value, ignoreCase: true)
                : null,
            phrases.Count == 2 ? ReadRelation(text, phrases[1]) : null,
            phrases.Count == 1 ? ReadPlace(text) : null);
    }

    private static ObjectColour ParseColour(Match phrase) => Enum.Parse<ObjectColour>(phrase.Groups["colour"].Value, ignoreCase: true);

    private static Shape ParseShape(Match phrase) => phrase.Groups["noun"].Value switch
    {
        "disc" => Shape.Circle,
        "box" => Shape.Square,
        "rhombus" => Shape.Diamond,
        "plus" => Shape.Cross,
        "hoop" => Shape.Ring,
        var noun => Enum.Parse<Shape>(noun, ignoreCase: true),
    };

    private static ObjectSize ParseSize(Match phrase) =>
        phrase.Groups["size"].Value is "small" or "tiny" or "little" ? ObjectSize.Small : ObjectSize.Large;

    /// <summary>The first relation or side in the text is the first object's, but in "b with a above it" it is the second's.</summary>
    private static Relation ReadRelation(string text, Match second)
    {
        var word = Direction().Match(text).Value;
        var first = word switch
        {
            "left" => Relation.LeftOf,
            "right" => Relation.RightOf,
            "above" or "over" or "top" => Relation.Above,
            "below" or "under" or "beneath" or "bottom" => Relation.Below,
            _ => throw new FormatException($"no relation in '{text}'"),
        };
        if (!text[..second.Index].EndsWith("with ", StringComparison.Ordinal)) return first;
        return first switch
        {
            Relation.LeftOf => Relation.RightOf,
            Relation.RightOf => Relation.LeftOf,
            Relation.Above => Relation.Below,
            _ => Relation.Above,
        };
    }

    private static Place? ReadPlace(string text) => Direction().Match(text).Value switch
    {
        "centre" or "middle" => Shapes.Place.Centre,
        "left" => Shapes.Place.Left,
        "right" => Shapes.Place.Right,
        "top" => Shapes.Place.Top,
        "bottom" => Shapes.Place.Bottom,
        _ => null,
    };

    [GeneratedRegex(
        @"\b(a|an|one) ((?<size>small|tiny|little|large|big|huge) )?" +
        @"(?<colour>red|green|blue|yellow|orange|purple|cyan|pink) (?<noun>[a-z]+)")]
    private static partial Regex NounPhrase();

    [GeneratedRegex(@"(on|on a|against a|,|background) (?<ground>white|black|gray|navy|maroon|beige|mint)\b")]
    private static partial Regex BackgroundPhrase();

    [GeneratedRegex(@"\b(left|right|above|over|below|under|beneath|top|bottom|centre|middle)\b")]
    private static partial Regex Direction();
}

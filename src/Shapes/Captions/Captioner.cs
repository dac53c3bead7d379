namespace Atelier.Shapes;

/// <summary>Says in English what a scene shows.</summary>
public static class Captioner
{
    private const double SizesChance = 0.7;
    private const double BackgroundChance = 0.7;
    private const double PlaceChance = 0.75;
    private const double SentenceChance = 0.1;

    /// <summary>
    /// Captions a scene in one of many wordings. Sizes and the background are mentioned in 70 % of captions each, a lone object's
    /// place in about a third, and one caption in ten is written as a sentence with a capital and a full stop.
    /// </summary>
    /// <param name="scene">What to describe.</param>
    /// <param name="seed">Picks the wording; the same scene and seed give the same caption on every machine.</param>
    /// <returns>The caption and what it states.</returns>
    public static CaptionedScene Caption(Scene scene, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(scene);

        var random = new SplitMix64(seed);
        var sizes = random.Chance(SizesChance);
        var background = random.Chance(BackgroundChance);
        var place = scene.Place is not null && random.Chance(PlaceChance);

        var (text, namedFirst) = scene.Relation is { } relation
            ? DescribeTwo(scene.Objects[0], relation, scene.Objects[1], sizes, random)
            : (DescribeOne(scene.Objects[0], place ? scene.Place : null, sizes, random), 0);
        if (background)
        {
            text = random.Pick(Wording.WithBackground)
                .Replace("{scene}", text, StringComparison.Ordinal)
                .Replace("{ground}", Wording.Of(scene.Background), StringComparison.Ordinal);
        }

        if (random.Chance(SentenceChance)) text = $"{char.ToUpperInvariant(text[0])}{text[1..]}.";
        return new CaptionedScene(scene, text, sizes, background, place, namedFirst);
    }

    /// <summary>The caption with left and right, above and below, and top and bottom exchanged, which states the opposite layout.</summary>
    /// <param name="caption">A caption of <see cref="Caption"/>.</param>
    public static string ExchangeSides(string caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        return Wording.Sides().Replace(caption, side =>
        {
            var other = Wording.Opposite(side.Value.ToLowerInvariant());
            return char.IsUpper(side.Value[0]) ? $"{char.ToUpperInvariant(other[0])}{other[1..]}" : other;
        });
    }

    private static string DescribeOne(SceneObject only, Place? place, bool sizes, SplitMix64 random)
    {
        var text = random.Pick(Wording.OneObject).Replace("{a}", NounPhrase(only, sizes, random), StringComparison.Ordinal);
        return place is { } stated ? $"{text} {random.Pick(Wording.Of(stated))}" : text;
    }

    private static (string Text, int NamedFirst) DescribeTwo(SceneObject first, Relation relation, SceneObject second, bool sizes, SplitMix64 random)
    {
        var (a, b, aToB, bToA) = random.Chance(0.5)
            ? (first, second, relation, Converse(relation))
            : (second, first, Converse(relation), relation);
        var form = random.Pick(Wording.TwoObjects);
        var isFirstNamedFirst = ReferenceEquals(a, first) == form.IndexOf("{a}", StringComparison.Ordinal) < form.IndexOf("{b}", StringComparison.Ordinal);
        return (form
            .Replace("{a}", NounPhrase(a, sizes, random), StringComparison.Ordinal)
            .Replace("{b}", NounPhrase(b, sizes, random), StringComparison.Ordinal)
            .Replace("{related to}", random.Pick(Wording.Of(aToB)), StringComparison.Ordinal)
            .Replace("{at side}", Wording.SideOf(aToB), StringComparison.Ordinal)
            .Replace("{at other side}", Wording.SideOf(bToA), StringComparison.Ordinal), isFirstNamedFirst ? 0 : 1);
    }

    private static string NounPhrase(SceneObject shown, bool size, SplitMix64 random)
    {
        var described = $"{Wording.Of(shown.Kind.Colour)} {random.Pick(Wording.Of(shown.Kind.Shape))}";
        if (size) described = $"{random.Pick(Wording.Of(shown.Size))} {described}";

        var determiner = random.Pick(Wording.Determiners);
        // "orange" is the only word of the vocabulary that can follow and begins with a vowel.
        if (determiner == "a" && described[0] == 'o') determiner = "an";
        return $"{determiner} {described}";
    }

    private static Relation Converse(Relation relation) => relation switch
    {
        Relation.LeftOf => Relation.RightOf,
        Relation.RightOf => Relation.LeftOf,
        Relation.Above => Relation.Below,
        Relation.Below => Relation.Above,
        _ => throw new ArgumentOutOfRangeException(nameof(relation), relation, "not a known relation"),
    };
}

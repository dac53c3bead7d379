namespace Atelier.Shapes;

/// <summary>An endless list of scenes. Scene k is a pure function of (seed, split, object counts, k), the same on every machine.</summary>
/// <remarks>
/// Every stated attribute is drawn uniformly among what the split allows. Sizes are jittered by 8 % and colours by 6 per channel.
/// Objects stay a pixel (of 32) inside the image; two of them keep three pixels between their bounding squares along the axis of
/// their relation and are at most three pixels out of line across it.
/// </remarks>
public sealed class SceneSource
{
    private const double Pixel = 1.0 / 32;
    private const double Margin = 1 * Pixel;
    private const double MinimumGap = 3 * Pixel;
    private const double MaximumMisalignment = 3 * Pixel;
    private const double SmallHalfExtent = 3.8 * Pixel;
    private const double LargeHalfExtent = 6 * Pixel;
    private const double SizeJitter = 0.08;
    private const int ColourJitter = 6;

    private static readonly BackgroundColour[] Backgrounds = Enum.GetValues<BackgroundColour>();
    private static readonly ObjectColour[] Colours = Enum.GetValues<ObjectColour>();
    private static readonly Shape[] AllShapes = Enum.GetValues<Shape>();

    private readonly ulong _seed;
    private readonly SceneSplit _split;
    private readonly int _minObjects;
    private readonly int _maxObjects;
    private readonly double _twoObjects;

    /// <summary>Makes the list; nothing is drawn until a scene is asked for.</summary>
    /// <param name="seed">Different seeds give unrelated lists.</param>
    /// <param name="split">What the scenes may show.</param>
    /// <param name="maxObjects">1 or 2.</param>
    /// <param name="minObjects">1, or 2 for scenes with two objects only.</param>
    /// <param name="twoObjects">Share of scenes with two objects, 0 to 1, where both counts are allowed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is not 1 or 2, or the minimum exceeds the maximum.</exception>
    public SceneSource(ulong seed, SceneSplit split, int maxObjects, int minObjects = 1, double twoObjects = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxObjects, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxObjects, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(minObjects, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minObjects, maxObjects);
        (_seed, _split, _maxObjects, _minObjects, _twoObjects) = (seed, split, maxObjects, minObjects, twoObjects);
    }

    /// <summary>The scene at <paramref name="index"/>; any index will do, in any order, from any thread.</summary>
    public Scene this[long index] => Draw(SplitMix64.For(_seed, index));

    /// <summary>The scene at <paramref name="index"/> with a caption that also depends on (seed, index) only.</summary>
    public CaptionedScene Captioned(long index) => Captioner.Caption(this[index], SplitMix64.Mix(_seed) + (ulong)index);

    private Scene Draw(SplitMix64 random)
    {
        var background = random.Pick(Backgrounds);
        var fill = Jitter(Palette.Of(background), random);
        var chance = random.NextDouble();
        return (_minObjects == _maxObjects ? _maxObjects == 1 : chance < 1 - _twoObjects)
            ? DrawOne(background, fill, random)
            : DrawTwo(background, fill, random);
    }

    private Scene DrawOne(BackgroundColour background, Rgb fill, SplitMix64 random)
    {
        var kind = DrawKind(random);
        while (HeldOutCombinations.Contains(kind) != (_split == SceneSplit.HeldOut)) kind = DrawKind(random);

        var (size, halfExtent) = DrawSize(random);
        var lowest = Margin + halfExtent;
        var (x, y) = (random.Between(lowest, 1 - lowest), random.Between(lowest, 1 - lowest));
        var only = new SceneObject(kind, size, Jitter(Palette.Of(kind.Colour), random), x, y, halfExtent);
        return new Scene(background, fill, [only], null, CertainPlace(x - 0.5, y - 0.5));
    }

    private Scene DrawTwo(BackgroundColour background, Rgb fill, SplitMix64 random)
    {
        var (first, relation, second) = DrawCombination(random);
        while (!Allows(first, relation, second)) (first, relation, second) = DrawCombination(random);

        var (firstSize, firstHalf) = DrawSize(random);
        var (secondSize, secondHalf) = DrawSize(random);

        // Along the axis the slack falls at random before the first object, between the two, and after the second.
        var slack = 1 - (2 * Margin) - (2 * firstHalf) - MinimumGap - (2 * secondHalf);
        var (before, beforeBoth) = (slack * random.NextDouble(), slack * random.NextDouble());
        if (before > beforeBoth) (before, beforeBoth) = (beforeBoth, before);
        var firstAlong = Margin + before + firstHalf;
        var secondAlong = Margin + beforeBoth + (2 * firstHalf) + MinimumGap + secondHalf;

        var lowest = Margin + Math.Max(firstHalf, secondHalf);
        var firstAcross = random.Between(lowest, 1 - lowest);
        var misaligned = firstAcross + random.Between(-MaximumMisalignment, MaximumMisalignment);
        var secondAcross = Math.Clamp(misaligned, lowest, 1 - lowest);

        return new Scene(
            background,
            fill,
            [
                Position(first, firstSize, firstAlong, firstAcross, firstHalf),
                Position(second, secondSize, secondAlong, secondAcross, secondHalf),
            ],
            relation,
            null);

        SceneObject Position(ObjectKind kind, ObjectSize size, double along, double across, double half)
        {
            var (x, y) = relation == Relation.LeftOf ? (along, across) : (across, along);
            return new SceneObject(kind, size, Jitter(Palette.Of(kind.Colour), random), x, y, half);
        }
    }

    private bool Allows(ObjectKind first, Relation relation, ObjectKind second) =>
        first != second
        && !HeldOutCombinations.Contains(first)
        && !HeldOutCombinations.Contains(second)
        && HeldOutCombinations.Contains(first, relation, second) == (_split == SceneSplit.HeldOut);

    private static (ObjectKind First, Relation Relation, ObjectKind Second) DrawCombination(SplitMix64 random) =>
        (DrawKind(random), random.Chance(0.5) ? Relation.LeftOf : Relation.Above, DrawKind(random));

    private static ObjectKind DrawKind(SplitMix64 random) => new(random.Pick(Colours), random.Pick(AllShapes));

    private static (ObjectSize Size, double HalfExtent) DrawSize(SplitMix64 random)
    {
        var size = random.Chance(0.5) ? ObjectSize.Small : ObjectSize.Large;
        var nominal = size == ObjectSize.Small ? SmallHalfExtent : LargeHalfExtent;
        return (size, nominal * random.Between(1 - SizeJitter, 1 + SizeJitter));
    }

    private static Rgb Jitter(Rgb colour, SplitMix64 random)
    {
        return new Rgb(Channel(colour.R), Channel(colour.G), Channel(colour.B));

        byte Channel(byte nominal) => (byte)Math.Clamp(nominal + random.Below((2 * ColourJitter) + 1) - ColourJitter, 0, 255);
    }

    /// <summary>The place of an offset from the image's centre, or null if it lies between two places.</summary>
    private static Place? CertainPlace(double dx, double dy)
    {
        const double near = 2.5 * Pixel;
        const double far = 4.5 * Pixel;
        const double inLine = 3.5 * Pixel;
        return (dx, dy) switch
        {
            _ when Math.Abs(dx) <= near && Math.Abs(dy) <= near => Place.Centre,
            _ when Math.Abs(dx) >= far && Math.Abs(dy) <= inLine => dx < 0 ? Place.Left : Place.Right,
            _ when Math.Abs(dy) >= far && Math.Abs(dx) <= inLine => dy < 0 ? Place.Top : Place.Bottom,
            _ => null,
        };
    }
}

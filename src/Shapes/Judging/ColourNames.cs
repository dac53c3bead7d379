namespace Atelier.Shapes;

/// <summary>Finds names for measured colours; channels are in [0, 255].</summary>
internal static class ColourNames
{
    // Farther away than this a colour deserves no name, or another one: brown, black and white objects are all farther.
    private const double Farthest = 45;

    // Thin strokes of a blurred image are washed out, but keep at least this part of their colour.
    private const double LeastStrength = 0.7;

    // Nothing can be seen in the colour of its background; on known backgrounds every name has twice this contrast.
    private const double LeastContrast = 30;

    private static readonly BackgroundColour[] Backgrounds = Enum.GetValues<BackgroundColour>();
    private static readonly ObjectColour[] Colours = Enum.GetValues<ObjectColour>();

    public static BackgroundColour? OfBackground(Colour seen)
    {
        var nearest = Backgrounds.MinBy(name => Colour.Distance(seen, Colour.From(Palette.Of(name))));
        return Colour.Distance(seen, Colour.From(Palette.Of(nearest))) <= Farthest ? nearest : null;
    }

    /// <summary>The object colour nearest to <paramref name="seen"/>, which may be mixed with up to 30 % of the background.</summary>
    public static ObjectColour? OfObject(Colour seen, Colour background)
    {
        var nearest = Colours
            .Where(name => Colour.Distance(background, Colour.From(Palette.Of(name))) >= LeastContrast)
            .MinBy(name => DistanceToMixture(seen, background, Colour.From(Palette.Of(name))));
        return DistanceToMixture(seen, background, Colour.From(Palette.Of(nearest))) <= Farthest ? nearest : null;
    }

    private static double DistanceToMixture(Colour seen, Colour background, Colour pure)
    {
        var strength = Math.Clamp(seen.StrengthOf(pure, background), LeastStrength, 1);
        return Colour.Distance(seen, Colour.Mix(background, pure, strength));
    }
}

using Xunit;

namespace Atelier.Shapes.Tests;

public class PaletteTests
{
    private static readonly ObjectColour[] Colours = Enum.GetValues<ObjectColour>();
    private static readonly BackgroundColour[] Backgrounds = Enum.GetValues<BackgroundColour>();

    [Fact]
    public void Of_AnyTwoObjectColours_AreAtLeast75Apart() =>
        Assert.All(Pairs(Colours), pair => Assert.True(Distance(Palette.Of(pair.First), Palette.Of(pair.Second)) >= 75, $"{pair}"));

    [Fact]
    public void Of_AnyObjectColourAndBackground_AreAtLeast90Apart() =>
        Assert.All(
            from colour in Colours from background in Backgrounds select (colour, background),
            pair => Assert.True(Distance(Palette.Of(pair.colour), Palette.Of(pair.background)) >= 90, $"{pair}"));

    private static IEnumerable<(T First, T Second)> Pairs<T>(T[] names) =>
        from i in Enumerable.Range(0, names.Length) from j in Enumerable.Range(0, i) select (names[i], names[j]);

    private static double Distance(Rgb a, Rgb b) => Math.Sqrt(Math.Pow(a.R - b.R, 2) + Math.Pow(a.G - b.G, 2) + Math.Pow(a.B - b.B, 2));
}

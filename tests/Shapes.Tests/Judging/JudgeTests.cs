using Xunit;

namespace Atelier.Shapes.Tests;

public class JudgeTests
{
    [Fact]
    public void Look_ARedCircleOnWhite_SeesOneRedCircle()
    {
        var seen = TestScenes.Look(TestScenes.One(ObjectColour.Red, Shape.Circle, BackgroundColour.White));

        Assert.Equal((32, 32, BackgroundColour.White), (seen.Width, seen.Height, seen.Background));
        var only = Assert.Single(seen.Objects);
        Assert.Equal((ObjectColour.Red, Shape.Circle, ObjectSize.Small), (only.Colour, only.Shape, only.Size));
        Assert.Equal(16, only.CentreX, 0.1);
        Assert.Equal(16, only.CentreY, 0.1);
        Assert.Equal(4, only.HalfExtent, 0.2);
        Assert.InRange(only.Fit, 0.97, 1);
    }

    [Fact]
    public void Look_EveryKindAndSizeOnEveryBackground_SeesWhatIsThere()
    {
        foreach (var background in Enum.GetValues<BackgroundColour>())
        {
            foreach (var colour in Enum.GetValues<ObjectColour>())
            {
                foreach (var shape in Enum.GetValues<Shape>())
                {
                    var halfExtent = ((int)colour + (int)shape) % 2 == 0 ? 3.8 : 6;
                    var scene = TestScenes.One(colour, shape, background, halfExtent);
                    Assert.True(Verdict.Compare(TestScenes.Stated(scene), TestScenes.Look(scene)) is
                    {
                        Adheres: true, BackgroundRight: true, SizesRight: true, PlaceRight: true,
                    }, $"{colour} {shape} on {background}");
                }
            }
        }
    }

    [Fact]
    public void Look_At64_SeesTheSame()
    {
        var source = new SceneSource(6, SceneSplit.Training, 2);
        for (var i = 0; i < 100; i++)
        {
            var verdict = Verdict.Compare(TestScenes.Stated(source[i]), TestScenes.Look(source[i], 64));
            Assert.True(verdict is { Adheres: true, BackgroundRight: true, SizesRight: true }, $"scene {i}: {verdict}");
        }
    }

    [Fact]
    public void Look_AnEmptyImage_SeesNoObject()
    {
        var seen = Judge.Look(Filled(128, 128, 128), 32, 32);
        Assert.Equal(BackgroundColour.Gray, seen.Background);
        Assert.Empty(seen.Objects);
    }

    [Fact]
    public void Look_ABackgroundOfNoKnownColour_NamesNone() => Assert.Null(Judge.Look(Filled(0, 255, 0), 32, 32).Background);

    [Fact]
    public void Look_AnObjectOfNoKnownColour_NamesNone()
    {
        var only = Assert.Single(Judge.Look(WithBox(Filled(245, 245, 245), 0, 0, 0, 10, 10, 8, 8), 32, 32).Objects);
        Assert.Null(only.Colour);
        Assert.Equal(Shape.Square, only.Shape);
    }

    [Fact]
    public void Look_AnObjectOfNoKnownShape_NamesNone()
    {
        var only = Assert.Single(Judge.Look(WithBox(Filled(245, 245, 245), 220, 40, 40, 6, 14, 20, 4), 32, 32).Objects);
        Assert.Equal(ObjectColour.Red, only.Colour);
        Assert.Null(only.Shape);
    }

    [Fact]
    public void Look_AnObjectInAShadeOfItsUnknownBackground_NamesNeither()
    {
        var seen = Judge.Look(WithBox(Filled(220, 40, 40), 220, 40, 120, 10, 10, 8, 8), 32, 32);
        Assert.Null(seen.Background);
        Assert.NotEqual(ObjectColour.Red, Assert.Single(seen.Objects).Colour);
    }

    [Fact]
    public void Look_ASpeck_IsNoObject() =>
        Assert.Empty(Judge.Look(WithBox(Filled(245, 245, 245), 220, 40, 40, 10, 10, 2, 2), 32, 32).Objects);

    [Fact]
    public void Look_PureNoise_NeverThrows()
    {
        for (var seed = 0UL; seed < 20; seed++)
        {
            var seen = Judge.Look(new Degradation(false, 200).Apply(Filled(128, 128, 128), 32, seed), 32, 32);
            Assert.All(seen.Objects, shown => Assert.True(double.IsFinite(shown.CentreX + shown.CentreY + shown.HalfExtent + shown.Fit)));
        }
    }

    [Fact]
    public void Look_BytesOfAnotherSize_Throws()
    {
        var error = Assert.Throws<ArgumentException>(() => Judge.Look(new byte[100], 32, 32));
        Assert.StartsWith("100 bytes are no RGB image of 32 x 32 pixels", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Filled(byte r, byte g, byte b) => [.. Enumerable.Repeat<byte[]>([r, g, b], 32 * 32).SelectMany(pixel => pixel)];

    private static byte[] WithBox(byte[] image, byte r, byte g, byte b, int left, int top, int width, int height)
    {
        for (var y = top; y < top + height; y++)
        {
            for (var x = left; x < left + width; x++) new[] { r, g, b }.CopyTo(image, ((y * 32) + x) * 3);
        }

        return image;
    }
}

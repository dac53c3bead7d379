using System.Security.Cryptography;
using Xunit;

namespace Atelier.Shapes.Tests;

public class SceneRendererTests
{
    [Fact]
    public void Render_TheFirstScenesOfSeedOne_GivesTheseBytesOnAnyMachine()
    {
        var source = new SceneSource(1, SceneSplit.Training, 2);
        var bytes = Enumerable.Range(0, 64).SelectMany(i => SceneRenderer.Render(source[i])).ToArray();
        Assert.Equal("9dfd596890722dfb0ea63bda48110a5bf6514db1fe10423f0d947ff7953671ee", Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Fact]
    public void Render_ASquareOnWholePixels_FillsExactlyThosePixels()
    {
        var image = SceneRenderer.Render(TestScenes.One(ObjectColour.Red, Shape.Square, BackgroundColour.White, halfExtent: 4));
        for (var i = 0; i < 32 * 32; i++)
        {
            var inside = i % 32 is >= 12 and < 20 && i / 32 is >= 12 and < 20;
            var expected = inside ? Palette.Of(ObjectColour.Red) : Palette.Of(BackgroundColour.White);
            Assert.Equal(expected, new Rgb(image[3 * i], image[(3 * i) + 1], image[(3 * i) + 2]));
        }
    }

    [Theory]
    [InlineData(Shape.Circle, Math.PI)]
    [InlineData(Shape.Square, 4)]
    [InlineData(Shape.Triangle, 2)]
    [InlineData(Shape.Diamond, 2)]
    [InlineData(Shape.Cross, 4 - (4 * 0.64 * 0.64))]
    [InlineData(Shape.Ring, Math.PI * 3 / 4)]
    public void Render_AShape_CoversItsArea(Shape shape, double area)
    {
        var image = SceneRenderer.Render(TestScenes.One(ObjectColour.Red, shape, BackgroundColour.Black, halfExtent: 6), 256);
        var (full, none) = (Palette.Of(ObjectColour.Red).R, Palette.Of(BackgroundColour.Black).R);
        var covered = Enumerable.Range(0, 256 * 256).Sum(i => (image[3 * i] - none) / (double)(full - none));
        Assert.Equal(area, covered / Math.Pow(6 * 256 / 32, 2), 0.02);
    }

    [Fact]
    public void Render_At64_IsTheSamePictureAsAt32()
    {
        var source = new SceneSource(2, SceneSplit.Training, 2);
        for (var index = 0; index < 100; index++)
        {
            var (small, large) = (SceneRenderer.Render(source[index]), SceneRenderer.Render(source[index], 64));
            var difference = Enumerable.Range(0, small.Length).Average(i => Math.Abs(small[i] - Halved(large, i)));
            Assert.True(difference < 1, $"scene {index} differs by {difference}");
        }
    }

    [Fact]
    public void Render_NoPixels_Throws() => Assert.Throws<ArgumentOutOfRangeException>(
        () => SceneRenderer.Render(TestScenes.One(ObjectColour.Red, Shape.Ring, BackgroundColour.White), 0));

    /// <summary>The mean of the four bytes of a 64 x 64 image that lie under byte <paramref name="i"/> of a 32 x 32 image.</summary>
    private static double Halved(byte[] large, int i)
    {
        var (x, y, channel) = (i / 3 % 32 * 2, i / 3 / 32 * 2, i % 3);
        return (At(x, y) + At(x + 1, y) + At(x, y + 1) + At(x + 1, y + 1)) / 4.0;

        int At(int column, int row) => large[(((row * 64) + column) * 3) + channel];
    }
}

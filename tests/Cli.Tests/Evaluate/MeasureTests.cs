using Atelier.Cli.Evaluate;
using Atelier.Shapes;

namespace Atelier.Cli.Tests.Evaluate;

public sealed class MeasureTests
{
    // The ends p of Wilson's interval solve |p - rate| = 1.96 sqrt(p (1 - p) / n).
    [Theory]
    [InlineData(0, 10)]
    [InlineData(5, 10)]
    [InlineData(117, 128)]
    [InlineData(128, 128)]
    public void Interval_Ends_AreAsFarFromTheRateAsTheirOwnDeviationsSay(int right, int of)
    {
        var share = new Share(right, of);
        foreach (var end in new[] { share.Interval.Low, share.Interval.High }.Where(end => end is > 0 and < 1))
            Assert.Equal(1.959964 * Math.Sqrt(end * (1 - end) / of), Math.Abs(end - share.Rate), 1e-6);
        Assert.InRange(share.Rate, share.Interval.Low, share.Interval.High);
    }

    [Fact]
    public void Count_NullVerdicts_AreLeftOut() => Assert.Equal(new Share(1, 2), Share.Count([true, null, false, null]));

    [Fact]
    public void Diversity_BlackWhiteAndBlack_IsTheMeanOverPairs() =>
        Assert.Equal(2.0 / 3, Diversity.Of([new byte[12], [.. Enumerable.Repeat((byte)255, 12)], new byte[12]]), 12);

    [Fact]
    public void Diversity_OneImage_IsNotANumber() => Assert.True(double.IsNaN(Diversity.Of([new byte[12]])));

    [Fact]
    public void ScaleResult_RenderedScenes_AreAllRight()
    {
        var images = EvaluationImage.Plan(10, seed: 2);
        var result = ScaleResult.Of(1, images, [.. images.Select(image => SceneRenderer.Render(image.Expected.Scene, 32))], 32);
        Assert.Equal(new Share(10, 10), result.OneObject);
        Assert.Equal(new Share(10, 10), result.TwoObjects);
        Assert.Equal(result.Background.Of, result.Background.Right);
        Assert.Equal((0, 0), (result.Diversity, result.NonFinite));
    }

    [Fact]
    public void ScaleResult_ImagesThatAreNone_AreWrong()
    {
        var images = EvaluationImage.Plan(3, seed: 2);
        var result = ScaleResult.Of(1, images, new byte[images.Count][], 32);
        Assert.Equal((new Share(0, 3), new Share(0, 3), images.Count), (result.OneObject, result.TwoObjects, result.NonFinite));
    }

    [Fact]
    public void Plan_Captions_AreHeldOutAndSeedsDiffer()
    {
        var images = EvaluationImage.Plan(10, seed: 2);
        Assert.Equal(2 * (10 + 4 * 7), images.Count);
        Assert.Equal(images.Count, images.Select(image => image.Seed).Distinct().Count());
        Assert.All(images.Where(image => image.Expected.Scene.Objects.Length == 1), image =>
            Assert.True(HeldOutCombinations.Contains(image.Expected.Scene.Objects[0].Kind)));
    }
}

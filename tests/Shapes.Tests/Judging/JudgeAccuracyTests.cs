using Xunit;

namespace Atelier.Shapes.Tests;

public class JudgeAccuracyTests
{
    [Fact]
    public void Measure_RenderedScenes_AreJudgedRightMoreThan99TimesIn100()
    {
        var accuracy = JudgeAccuracy.Measure(2000, seed: 2024);
        Assert.All([accuracy.OneObject, accuracy.TwoObjects], summary => AssertAtLeast(0.99, summary));
    }

    [Fact]
    public void Measure_BlurredAndNoisyScenes_AreJudgedRightMoreThan97TimesIn100()
    {
        var accuracy = JudgeAccuracy.Measure(600, seed: 2025, new Degradation(Blur: true, NoiseSigma: 8));
        Assert.All([accuracy.OneObject, accuracy.TwoObjects], summary => AssertAtLeast(0.97, summary));
    }

    [Fact]
    public void Measure_OneAndTwoObjects_JudgesPlacesOfOneAndRelationsOfTwo()
    {
        var accuracy = JudgeAccuracy.Measure(50, seed: 1);
        Assert.Equal((50, 50), (accuracy.OneObject.Images, accuracy.TwoObjects.Images));
        Assert.Null(accuracy.OneObject.Relation);
        Assert.NotNull(accuracy.OneObject.Place);
        Assert.NotNull(accuracy.TwoObjects.Relation);
        Assert.Null(accuracy.TwoObjects.Place);
    }

    private static void AssertAtLeast(double rate, VerdictSummary summary) => Assert.All(
        [summary.ObjectCount, summary.Colour, summary.Shape, summary.Background, summary.Sizes, summary.Adherence],
        measured => Assert.True(measured > rate, $"{summary}"));
}

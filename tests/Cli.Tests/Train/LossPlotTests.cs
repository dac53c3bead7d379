using Atelier.Cli.Train;

namespace Atelier.Cli.Tests.Train;

public sealed class LossPlotTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(20_000)]
    public void Save_AnyNumberOfSteps_DrawsTextAndLines(int steps)
    {
        using var folder = new TemporaryFolder();
        LossPlot.Save([.. Enumerable.Range(1, steps).Select(step => ((long)step, 0.9 / step + 0.02 * (1 + step % 7)))], folder["loss.png"]);
        Assert.True(Picture.Colours(folder["loss.png"]) > 50);
    }

    [Fact]
    public void Save_LossOfZero_IsDrawn()
    {
        using var folder = new TemporaryFolder();
        LossPlot.Save([(1, 0), (2, 0.1)], folder["loss.png"]);
        Assert.True(Picture.Colours(folder["loss.png"]) > 50);
    }
}

using Atelier.Silo.Drawing;

namespace Atelier.Silo.Tests.Drawing;

public sealed class BatchPlanningTests
{
    [Fact]
    public void Windows_OfOneKind_AreTheBatchesInOrder()
    {
        var windows = BatchPlanning.Windows(Enumerable.Range(0, 70), 4, _ => 0).ToList();

        Assert.Equal([8, 8, 2], windows.Select(window => window.Count));
        Assert.Equal(Enumerable.Range(0, 70), windows.SelectMany(window => window).SelectMany(batch => batch));
        Assert.All(windows.SelectMany(window => window).SkipLast(1), batch => Assert.Equal(4, batch.Length));
    }

    [Fact]
    public void Windows_OfTwoKinds_HaveBatchesOfOneKindEachAndEverySampleOnce()
    {
        var windows = BatchPlanning.Windows(Enumerable.Range(0, 70), 4, sample => sample % 3 == 0).ToList();

        foreach (var (i, window) in windows.Index())
        {
            Assert.All(window, batch => Assert.Single(batch.Select(sample => sample % 3 == 0).Distinct()));
            Assert.All(window, batch => Assert.Equal(batch.Order(), batch));
            Assert.Equal(Enumerable.Range(i * 32, Math.Min(32, 70 - i * 32)), window.SelectMany(batch => batch).Order());
            // At most one short batch of each kind.
            Assert.InRange(window.Count(batch => batch.Length < 4), 0, 2);
        }
    }
}

using Xunit;

namespace Atelier.Shapes.Tests;

public class SplitMix64Tests
{
    [Fact]
    public void NextUInt64_Seed1234567_GivesThePublishedNumbers()
    {
        var random = new SplitMix64(1234567);
        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            Enumerable.Range(0, 5).Select(_ => random.NextUInt64()));
    }

    [Fact]
    public void Below_ManyDraws_GivesEveryNumberEquallyOften()
    {
        var random = new SplitMix64(1);
        var counts = Enumerable.Range(0, 70_000).Select(_ => random.Below(7)).CountBy(number => number).ToDictionary();
        Assert.Equal(7, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 9_700, 10_300));
    }
}

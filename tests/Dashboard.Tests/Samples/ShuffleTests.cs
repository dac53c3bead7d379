using Atelier.Dashboard.Samples;

namespace Atelier.Dashboard.Tests.Samples;

public sealed class ShuffleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(1000)]
    [InlineData(4097)]
    public void Shuffle_OfAnyCount_HasEachNumberOnce_AndTheSeedDecidesTheOrder(int count)
    {
        var (first, again, other) = (Order(count, 7), Order(count, 7), Order(count, 8));
        Assert.Equal(Enumerable.Range(0, count).Select(number => (long)number), first.Order());
        Assert.Equal(first, again);
        if (count >= 20) Assert.NotEqual(first, other);
    }

    [Fact]
    public void Shuffle_OfManyNumbers_SpreadsThem()
    {
        // The means of the first hundred of a thousand million have a deviation of 2.9 %.
        var shuffle = new Shuffle(1_000_000_000, 1);
        Assert.InRange(Enumerable.Range(0, 100).Average(place => shuffle[place]), 0.4e9, 0.6e9);
    }

    private static long[] Order(int count, ulong seed)
    {
        var shuffle = new Shuffle(count, seed);
        return [.. Enumerable.Range(0, count).Select(place => shuffle[place])];
    }
}

using Atelier.Grains.Leasing;

namespace Atelier.Grains.Tests.Leasing;

public sealed class ShardSetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void ItBehavesAsASortedSet(int size)
    {
        var random = new Random(size);
        var (expected, actual) = (new SortedSet<int>(Enumerable.Range(0, size)), ShardSet.Full(size));
        for (var step = 0; step < 5000; step++)
        {
            var shard = random.Next(size);
            if (random.Next(3) == 0) Assert.Equal(expected.Add(shard), actual.Add(shard));
            else Assert.Equal(expected.Remove(shard), actual.Remove(shard));
            Assert.Equal(expected.Count, actual.Count);
            Assert.Equal(expected.Count == 0 ? -1 : expected.Min, actual.Min);
            Assert.Equal(expected.Contains(shard), actual.Contains(shard));
        }
        Assert.Equal(expected, actual.Ascending());
    }
}

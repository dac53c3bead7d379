using Atelier.Cli.Train;
using Atelier.Diffusion.Training;

namespace Atelier.Cli.Tests.Train;

public sealed class ShuffledTrainingDataTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(1000)]
    public void Get_OneEpoch_ShowsEveryImageOnce(int count)
    {
        var data = Create(count, seed: 3);
        for (var epoch = 0; epoch < 3; epoch++)
            Assert.Equal(Enumerable.Range(0, count), Epoch(data, count, epoch).Order());
    }

    [Fact]
    public void Get_AnotherEpochOrSeed_HasAnotherOrder()
    {
        var orders = new[] { Epoch(Create(50, 3), 50, 0), Epoch(Create(50, 3), 50, 1), Epoch(Create(50, 4), 50, 0) };
        Assert.Equal(3, orders.Select(order => string.Join(",", order)).Distinct().Count());
    }

    [Fact]
    public void Get_SamePosition_IsTheSameImage() => Assert.Equal(Epoch(Create(50, 3), 50, 7), Epoch(Create(50, 3), 50, 7));

    private static ShuffledTrainingData Create(int count, ulong seed) => new(count, (index, _) => new CaptionedImage($"{index}", []), seed);

    private static int[] Epoch(ShuffledTrainingData data, int count, int epoch) =>
        [.. Enumerable.Range(0, count).Select(i => int.Parse(data.Get((long)epoch * count + i, 1).Caption, null))];
}

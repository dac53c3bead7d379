using Atelier.Abstractions.Jobs;

namespace Atelier.Abstractions.Tests.Jobs;

public sealed class JobPlanTests
{
    [Theory]
    [InlineData(1, 1, 64, 1, 1)]
    [InlineData(64, 1, 64, 1, 64)]
    [InlineData(65, 1, 64, 2, 1)]
    [InlineData(10, 7, 16, 5, 6)]
    public void Shards_CoverEverySampleOnce(long rows, int images, int shardSize, int shards, int inLast)
    {
        var plan = new JobPlan { Rows = rows, ImagesPerPrompt = images, ShardSize = shardSize, BatchSize = 4, ChunkRows = 1000 };

        Assert.Equal(shards, plan.Shards);
        Assert.Equal(inLast, plan.SamplesIn(shards - 1));
        var next = 0L;
        for (var shard = 0; shard < plan.Shards; next += plan.SamplesIn(shard), shard++) Assert.Equal(next, plan.FirstSample(shard));
        Assert.Equal(plan.Samples, next);
    }
}

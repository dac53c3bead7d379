using System.Numerics;
using Atelier.Abstractions.Jobs;

namespace Atelier.Abstractions.Tests.Jobs;

public sealed class JobSizesTests
{
    private static readonly JobSpec Open = new() { Model = "shapes", ModelDigest = new string('a', 64) };

    // Published in JobSizes and docs/cluster.md: images of jobs that exist depend on it.
    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(2, 1, 1, 2)]
    [InlineData(3, 1, 1, 3)]
    [InlineData(4, 2, 2, 2)]
    [InlineData(15, 2, 2, 8)]
    [InlineData(16, 4, 4, 4)]
    [InlineData(63, 4, 4, 16)]
    [InlineData(64, 8, 8, 8)]
    [InlineData(127, 8, 8, 16)]
    [InlineData(128, 8, 16, 8)]
    [InlineData(255, 8, 16, 16)]
    [InlineData(256, 16, 32, 8)]
    [InlineData(511, 16, 32, 16)]
    [InlineData(512, 16, 64, 8)]
    [InlineData(64_000_000, 16, 64, 1_000_000)]
    public void OfAJobThatLeavesThemOpen_AreThoseOfTheTable(long rows, int batch, int shard, int shards)
    {
        var plan = JobPlan.Of(Open, rows);
        Assert.Equal((batch, shard, shards), (plan.BatchSize, plan.ShardSize, plan.Shards));
    }

    [Fact]
    public void GrowWithTheJob_AndShardsHoldWholeBatches()
    {
        var (batch, shard) = (1, 1);
        for (var samples = 1L; samples < 3_000; samples++)
        {
            var plan = JobPlan.Of(Open, samples);
            Assert.True(plan.BatchSize >= batch && plan.ShardSize >= shard && plan.ShardSize % plan.BatchSize == 0);
            Assert.True(BitOperations.IsPow2(plan.BatchSize!.Value));
            // As many batches as samples in each, and several shards as soon as there are several samples.
            Assert.True((samples + plan.BatchSize - 1) / plan.BatchSize >= plan.BatchSize);
            Assert.True(plan.Shards >= Math.Min(samples, samples < 16 ? 2 : 4));
            (batch, shard) = (plan.BatchSize.Value, plan.ShardSize);
        }
    }

    [Fact]
    public void DependOnTheNumberOfSamplesOnly()
    {
        var some = JobPlan.Of(Open with { ImagesPerPrompt = 5, Steps = 7, Model = "other", Seed = 3, Upsample = false, Numerics = "any" }, 20);
        var same = JobPlan.Of(Open, 100);
        Assert.Equal((same.BatchSize, same.ShardSize), (some.BatchSize, some.ShardSize));
    }

    [Theory]
    [InlineData("16", "64", 16, 64)]
    [InlineData("16", "by-job", 16, 16)]
    [InlineData("3", "by-job", 3, 12)]
    [InlineData("1", "by-job", 1, 8)]
    [InlineData("100", "by-job", 100, 100)]
    [InlineData("by-job", "64", 8, 64)]
    [InlineData("by-job", "3", 2, 3)]
    [InlineData("by-job", "1", 1, 1)]
    [InlineData("auto", "by-job", null, 64)]
    [InlineData("auto", "5", null, 5)]
    public void OfAJobOf100Samples_GiveWayToWhatIsGiven(string givenBatch, string givenShard, int? batch, int shard)
    {
        var plan = JobPlan.Of(Open with { BatchSize = SizeChoice.Parse(givenBatch), ShardSize = SizeChoice.Parse(givenShard) }, 100);
        Assert.Equal((batch, shard), (plan.BatchSize, plan.ShardSize));
    }
}

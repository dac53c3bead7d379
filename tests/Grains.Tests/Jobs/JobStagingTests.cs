using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.Jobs;

namespace Atelier.Grains.Tests.Jobs;

public sealed class JobStagingTests(JobCluster cluster) : IClassFixture<JobCluster>
{
    private readonly string _id = $"job-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_ThatIsRefused_HasNoEffect()
    {
        var job = cluster.Job(_id);
        await job.Create(JobCluster.Spec);
        await Assert.ThrowsAsync<InvalidInputException>(() => job.Create(JobCluster.Spec with { Steps = 7 }, new JobScheduling { Priority = JobPriority.High }));
        Assert.Equal(JobPriority.Normal, (await job.GetProgress()).Priority);
        Assert.Equal(-1, await JobDecisionFiles.FindLastAsync(cluster.Store, _id, Cancel));
    }

    [Theory]
    [InlineData(0, "has no rows")]
    [InlineData(1500, "cannot start with 1500 rows: chunk 1 has 2 rows, and 500 are wanted")]
    [InlineData(1003, "cannot start with 1003 rows: chunk 1 has 2 rows, and 3 are wanted")]
    [InlineData(1000, "cannot start with 1000 rows: chunk 1 was appended too")]
    [InlineData(2500, "cannot start with 2500 rows: chunk 1 has 2 rows, and 1000 are wanted")]
    public async Task Start_WithoutAllRows_NamesTheChunk_AndFixesNoPlan(int rows, string problem)
    {
        var job = cluster.Job(_id);
        await job.Create(JobCluster.Spec);
        await job.Append(0, JobCluster.Rows(1000));
        await job.Append(1, JobCluster.Rows(2, first: 1000));
        for (var read = 0; read < 2; read++)
        {
            var refused = await Assert.ThrowsAsync<InvalidInputException>(() => job.Start(rows));
            Assert.Equal($"job '{_id}' {problem}", refused.Message);
            // The second time by what the store says.
            await JobCluster.ForgetAsync(job);
        }
        Assert.Null(await JobFiles.ReadPlanAsync(cluster.Store, _id, Cancel));
        await job.Start(1002);
        Assert.Equal(JobStatus.Running, (await job.GetProgress()).Status);
    }

    [Fact]
    public async Task Start_OfAJobWithAMissingChunk_NamesIt()
    {
        var job = cluster.Job(_id);
        await job.Create(JobCluster.Spec);
        await job.Append(1, JobCluster.Rows(2, first: 1000));
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => job.Start(1002));
        Assert.Equal($"job '{_id}' cannot start with 1002 rows: chunk 0, rows 1 to 1000, was not appended", refused.Message);
    }

    [Fact]
    public async Task Start_OfMoreShardsThanAJobMayHave_IsRefusedBeforeThePlanIsDurable()
    {
        var job = cluster.Job(_id);
        await job.Create(JobCluster.Spec with { ImagesPerPrompt = 10_000, ShardSize = 1, BatchSize = 1 });
        await job.Append(0, JobCluster.Rows(101));
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => job.Start(101));
        Assert.Equal("1,010,000 images in shards of 1 are 1,010,000 shards; allowed: up to 1,000,000, so shards of 2 or more", refused.Message);
        Assert.Null(await JobFiles.ReadPlanAsync(cluster.Store, _id, Cancel));
    }

    [Fact]
    public async Task Append_ToAStartedJob_AddsNothing()
    {
        var job = await cluster.StartAsync(_id, 4);
        await Assert.ThrowsAsync<InvalidInputException>(() => job.Append(1, JobCluster.Rows(2, first: 1000)));
        Assert.Null(await JobFiles.ReadPromptsAsync(cluster.Store, _id, 1, JobLimits.ChunkRows, Cancel));
        await job.Append(0, JobCluster.Rows(4));
    }

    [Theory]
    [InlineData(-1, 2, 0, "chunk is '-1'; allowed: 0 to 999999")]
    [InlineData(1_000_000, 2, 0, "chunk is '1000000'; allowed: 0 to 999999")]
    [InlineData(0, 0, 0, "chunk 0 has 0 rows; allowed: 1 to 1000, and 1000 in every chunk but the last")]
    [InlineData(0, 1001, 0, "chunk 0 has 1001 rows; allowed: 1 to 1000, and 1000 in every chunk but the last")]
    [InlineData(2, 3, 1999, "row 1 of chunk 2 has the index '1999'; allowed: 2000")]
    public async Task Append_OfWhatIsNoChunk_SaysWhatIsAllowed(int chunk, int rows, int first, string problem)
    {
        await cluster.Job(_id).Create(JobCluster.Spec);
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => cluster.Job(_id).Append(chunk, JobCluster.Rows(rows, first)));
        Assert.Equal(problem, refused.Message);
    }
}

using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Jobs;

namespace Atelier.Grains.Tests.Describing;

public sealed class ShardLookingTests : IAsyncLifetime
{
    private readonly JobCluster _cluster = new();

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task GetShards_ShowsWhereEachStands()
    {
        var job = await _cluster.StartAsync("map", 12);
        await Fail(job, JobLimits.MaxFaults);
        var other = new WorkerInfo(Guid.NewGuid(), "other", "cpu");
        var done = await JobCluster.LeaseAsync(job, other);
        await job.Commit(done, JobCluster.Stats(done));
        await job.Complete(done);
        var lacking = await JobCluster.LeaseAsync(job, other);
        await job.Commit(lacking, JobCluster.Stats(lacking, failed: 1));
        await job.Complete(lacking);
        var drawing = await JobCluster.LeaseAsync(job, other);
        await Fail(job, 1);
        Assert.True(await JobCluster.BeatAsync(job, drawing, new WorkProgress(1)));

        var map = await job.GetShards(0, ShardMap.MaxCount);

        Assert.Equal((0, 6, 6, 3), (map.First, map.Count, map.Shards, map.States.Length));
        Assert.Equal((1, 2, 3), (done.Shard, lacking.Shard, drawing.Shard));
        Assert.Equal(
            [ShardState.SetAside, ShardState.Done, ShardState.DoneWithFailures, ShardState.Leased + 4, ShardState.WaitingAfterFailure, ShardState.Waiting],
            Enumerable.Range(0, 6).Select(shard => map[shard]));
        var part = await job.GetShards(5, 10);
        Assert.Equal((5, 1, map[5]), (part.First, part.Count, part[5]));
        Assert.Equal(0, (await job.GetShards(100, 10)).Count);
        Assert.Equal("first is '-1'; allowed: 0 or more", (await Assert.ThrowsAsync<InvalidInputException>(() => job.GetShards(-1, 1))).Message);
        Assert.Equal("count is '262145'; allowed: 0 to 262144", (await Assert.ThrowsAsync<InvalidInputException>(() => job.GetShards(0, 262_145))).Message);
    }

    [Fact]
    public async Task GetShard_TellsOfItsFailures_ItsHolders_AndWhatItsWinnerSaid()
    {
        var job = await _cluster.StartAsync("one", 4);
        await Fail(job, 1);
        var holder = await JobCluster.LeaseAsync(job, new WorkerInfo(Guid.NewGuid(), "holder", "cuda:1"));
        Assert.Equal(0, holder.Shard);
        var held = await job.GetShard(0);
        var failure = Assert.Single(held.Failures);
        Assert.Equal((WorkKind.Draw, false, "test", JobCodes.WorkFailed, "it burns"), (failure.Kind, failure.IsLoss, failure.Worker, failure.Code, failure.Message));
        Assert.Equal(("holder", ShardState.Leased, 0L, 2), (Assert.Single(held.Holders).Worker!.Name, held.State, held.FirstSample, held.Samples));
        await job.Commit(holder, JobCluster.Stats(holder));
        await job.Complete(holder);
        Assert.Equal((holder.Id, ShardState.Done), ((await job.GetShard(0)).Stats!.Attempt, (await job.GetShard(0)).State));
        Assert.Equal("shard is '2'; allowed: 0 to 1", (await Assert.ThrowsAsync<InvalidInputException>(() => job.GetShard(2))).Message);
    }

    [Fact]
    public async Task GetShards_OfAFinishedJobThatIsReadAgain_KnowsWhichLackImages()
    {
        var job = await _cluster.StartAsync("ended", 6);
        while (await job.Lease(JobCluster.Worker) is { } lease)
        {
            if (lease.Kind == WorkKind.Close)
            {
                await _cluster.Store.TryCreateAsync(JobPaths.Errors("ended"), """{"key":"000000002","id":null,"prompt":"p","row":2,"image":0,"seed":"1","error_code":"non_finite","error_message":"m"}"""u8.ToArray(), Cancel);
                await _cluster.Store.TryCreateAsync(JobPaths.Summary("ended"), Simulation.Client.SummaryOf(3, failed: 1), Cancel);
            }
            else await job.Commit(lease, JobCluster.Stats(lease, failed: lease.Shard == 1 ? 1 : 0));
            await job.Complete(lease);
        }
        await JobCluster.ForgetAsync(job);
        var map = await job.GetShards(0, 3);
        Assert.Equal([ShardState.Done, ShardState.DoneWithFailures, ShardState.Done], new[] { map[0], map[1], map[2] });
    }

    [Fact]
    public async Task GetErrors_GroupsSamplesByTheirCodes_AndShardsByTheirFailures()
    {
        var job = await _cluster.StartAsync("errors", 8);
        for (var shard = 0; shard < 2; shard++)
        {
            var lease = await JobCluster.LeaseAsync(job);
            await job.Commit(lease, JobCluster.Stats(lease, failed: 1) with { Errors = new Dictionary<string, int> { ["non_finite"] = 1 } });
            await job.Complete(lease);
        }
        await Fail(job, 2);
        var errors = await job.GetErrors();
        Assert.Equal((new SampleErrors("non_finite", 2, 0), true), (Assert.Single(errors.Samples), errors.AreCounted));
        Assert.Equal(new ShardFailures(WorkKind.Draw, 2, 2, 0, false), Assert.Single(errors.Shards));
    }

    [Fact]
    public async Task GetEvents_TellWhoDecidedWhat_AlsoWhenTheGrainHasLostItsMemory()
    {
        var job = await _cluster.StartAsync("events", 4);
        var told = await job.GetEvents(null);
        Assert.Equal([JobCodes.Created, JobCodes.Started], told.Select(one => one.Code));
        await job.Pause(JobCluster.Ann with { Reason = "a demo" });
        var pause = Assert.Single(await job.GetEvents(told[^1].Id));
        Assert.Equal((JobCodes.Paused, "paused by ann@hall: a demo", "ann@hall"), (pause.Code, pause.Message, pause.By));
        await job.Resume(JobCluster.Ann);
        await Fail(job, 1);

        await JobCluster.ForgetAsync(job);

        var again = await job.GetEvents(pause.Id);
        Assert.Equal(
            [JobCodes.Reset, JobCodes.Created, JobCodes.Started, JobCodes.Paused, JobCodes.Resumed, JobCodes.WorkFailed], again.Select(one => one.Code));
        Assert.Equal((0, "test", "it burns"), (again[^1].Shard, again[^1].Worker, again[^1].Message));
    }

    [Fact]
    public async Task WatchEvents_TellsADecisionAsItIsMade()
    {
        var job = await _cluster.StartAsync("watched", 4);
        var known = (await job.GetEvents(null))[^1].Id;
        await using var watch = job.WatchEvents(known).GetAsyncEnumerator(Cancel);
        var next = watch.MoveNextAsync();
        await job.SetPriority(JobPriority.High, 3, JobCluster.Ann);
        Assert.True(await next);
        Assert.Equal((JobCodes.Rescheduled, "class high, weight 3 by ann@hall"), (watch.Current.Code, watch.Current.Message));
    }

    [Fact]
    public async Task GetHistory_WithAStepThatIsTooShort_IsRefused()
    {
        var job = await _cluster.StartAsync("history", 4);
        Assert.Empty(await job.GetHistory(DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(1)));
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => job.GetHistory(DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1)));
        Assert.Equal("step is '1 s'; allowed: 10 s or more", refused.Message);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task Fail(IJobGrain job, int times)
    {
        for (var time = 0; time < times; time++) await job.Return(await JobCluster.LeaseAsync(job), "it burns");
    }
}

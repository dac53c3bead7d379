using System.Net;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Tests.Browser;
using Atelier.Dataset.History;

namespace Atelier.Dashboard.Tests.Jobs;

public sealed class JobLooksApiTests(TestDashboard dashboard, StoreDashboard store) : IClassFixture<TestDashboard>, IClassFixture<StoreDashboard>
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Errors_OfAJobAtWork_AreItsSamplesByCode_AndTheShardsThatWereSetAside()
    {
        await dashboard.StartAsync("failing", 4);
        await new PlayedWorker(dashboard.Grains, dashboard.Store, "a") { Fails = sample => sample == 1 }.WorkAsync("failing", pieces: 1);
        await new PlayedWorker(dashboard.Grains, dashboard.Store, "b").FailAsync("failing", "no space left on device");

        var errors = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/failing/errors")).Json;

        var sample = Assert.Single(errors.GetProperty("samples").EnumerateArray());
        Assert.Equal(("non-finite", 1, 0), (sample.GetProperty("code").GetString(), sample.GetProperty("count").GetInt64(), sample.GetProperty("first_shard").GetInt32()));
        var shard = Assert.Single(errors.GetProperty("shards").EnumerateArray());
        Assert.Equal(("draw", 1, true), (shard.GetProperty("kind").GetString(), shard.GetProperty("shard").GetInt32(), shard.GetProperty("is_set_aside").GetBoolean()));
    }

    [Fact]
    public async Task Errors_OfAStore_AreThoseOfTheSummary()
    {
        var errors = (await store.SendAsync(HttpMethod.Get, "/api/v1/jobs/drawn/errors")).Json;
        var sample = Assert.Single(errors.GetProperty("samples").EnumerateArray());
        Assert.Equal(("non_finite", 2), (sample.GetProperty("code").GetString(), sample.GetProperty("count").GetInt64()));
    }

    [Fact]
    public async Task History_OfAStore_IsWhatClustersHaveKept_InSpansOfTheStep()
    {
        RatePoint[] points = [new(Noon, 2, 1, 4, 0), new(Noon.AddSeconds(10), 4, 2, 8, 1), new(Noon.AddSeconds(70), 6, 1, 12, 1)];
        await RateFiles.WriteAsync(store.Store, "drawn", Guid.NewGuid(), points, Cancel);

        var history = (await store.SendAsync(HttpMethod.Get, "/api/v1/jobs/drawn/history?step=60")).Json;
        var late = (await store.SendAsync(HttpMethod.Get, "/api/v1/jobs/drawn/history?since=2026-01-01T12:01:00Z")).Json;

        Assert.Equal(60, history.GetProperty("step").GetDouble());
        Assert.Equal(
            [("2026-01-01T12:00:00.000Z", 3.0, 2, 8L, 1L), ("2026-01-01T12:01:00.000Z", 6.0, 1, 12L, 1L)],
            history.GetProperty("data").EnumerateArray().Select(span => (
                span.GetProperty("at").GetString()!, span.GetProperty("images_per_second").GetDouble(), span.GetProperty("workers").GetInt32(), span.GetProperty("finished").GetInt64(), span.GetProperty("failed").GetInt64())));
        Assert.Equal(1, late.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task History_OfAJobAtWork_IsThatOfTheCluster()
    {
        await dashboard.StartAsync("measured", 4);
        await new PlayedWorker(dashboard.Grains, dashboard.Store, "a").HoldAsync("measured", 0.5, 2.5);
        while ((await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/measured/history?step=10")).Json.GetProperty("data").GetArrayLength() == 0) await Task.Delay(100, Cancel);
    }

    [Theory]
    [InlineData("drawn/history?step=9.5", HttpStatusCode.UnprocessableEntity, "input.invalid")]
    [InlineData("drawn/history?step=NaN", HttpStatusCode.UnprocessableEntity, "input.invalid")]
    [InlineData("nowhere/history", HttpStatusCode.NotFound, "job.unknown")]
    [InlineData("nowhere/errors", HttpStatusCode.NotFound, "job.unknown")]
    public async Task Looks_AtWhatThereIsNot_AreRefusedWithACode(string path, HttpStatusCode status, string code)
    {
        var reply = await store.SendAsync(HttpMethod.Get, $"/api/v1/jobs/{path}");
        Assert.Equal((status, code), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task Job_SaysWhenItsPlanWasFixed()
    {
        var before = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        await dashboard.StartAsync("begun", 4);
        var job = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/begun")).Json;
        Assert.InRange(job.GetProperty("in_progress_at").GetDateTimeOffset(), before, DateTimeOffset.UtcNow);
    }
}

using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Atelier.Abstractions.Workers;

namespace Atelier.Dashboard.Tests.Events;

public sealed class EventsApiTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_IsToldAtOnce_AndWhenItChanges_AndItsEndEndsTheStream()
    {
        await dashboard.StartAsync("followed", 2);
        await using var events = await FollowAsync("/api/v1/jobs/followed/events");

        var hello = await events.NextAsync();
        var job = await events.NextAsync();
        Assert.Equal(("hello", "job"), (hello.EventType, job.EventType));
        Assert.Matches(@"\A[0-9a-f]{8}-[0-9]+\z", hello.EventId!);
        Assert.Equal("running", Json(job).GetProperty("status").GetString());

        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/followed/pause", new { reason = "a demo" });
        var state = await events.UntilAsync("state");
        var told = Json(state).GetProperty("event");
        Assert.Equal(("followed", "job.paused"), (Json(state).GetProperty("job").GetString(), told.GetProperty("code").GetString()));
        Assert.EndsWith(": a demo", told.GetProperty("message").GetString(), StringComparison.Ordinal);

        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/followed/cancel");
        var end = await events.UntilAsync("end");
        Assert.Equal("cancelled", Json(end).GetProperty("status").GetString());
        Assert.False(await events.HasMoreAsync());

        var last = await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/jobs/followed/events?after={end.EventId}");
        Assert.Equal(HttpStatusCode.NoContent, last.Status);
        await using var unknown = await FollowAsync("/api/v1/jobs/followed/events?after=x-1.end");
        Assert.Equal(["hello", "reset", "job"], [(await unknown.NextAsync()).EventType, (await unknown.NextAsync()).EventType, (await unknown.NextAsync()).EventType]);
    }

    [Fact]
    public async Task Resuming_AfterAnEvent_GivesWhatWasMissedOnce_AndAnUnknownIdAReset()
    {
        await dashboard.StartAsync("resumed", 2);
        string? id;
        await using (var first = await FollowAsync("/api/v1/jobs/resumed/events"))
        {
            await first.UntilAsync("job");
            await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/resumed/pause");
            id = (await first.UntilAsync("state")).EventId;
        }
        // The topic is read on for a while, though nobody follows it.
        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/resumed/resume");
        await using (var watcher = await FollowAsync("/api/v1/jobs/resumed/events"))
            while (Json(await watcher.UntilAsync("job")).GetProperty("status").GetString() != "running") { }

        await using var second = await FollowAsync($"/api/v1/events?topics=job:resumed&after={id}");
        Assert.Equal(["hello", "job", "state"], [(await second.NextAsync()).EventType, (await second.NextAsync()).EventType, (await second.NextAsync()).EventType]);
        await using var third = await FollowAsync("/api/v1/events?topics=job:resumed&after=other-7");
        Assert.Equal(["hello", "reset", "job"], [(await third.NextAsync()).EventType, (await third.NextAsync()).EventType, (await third.NextAsync()).EventType]);
    }

    [Fact]
    public async Task Resuming_AfterACutAtEveryEvent_GivesEachStateOnce()
    {
        await dashboard.StartAsync("cut", 2);
        List<string> acts = ["pause", "resume", "pause", "resume", "cancel"], states = [];
        string? id = null;
        foreach (var act in acts)
        {
            // Whoever has just begun is told of nothing before.
            if (id is null)
            {
                await using var first = await FollowAsync("/api/v1/jobs/cut/events");
                id = (await first.NextAsync()).EventId;
                await first.UntilAsync("job");
            }
            await dashboard.SendAsync(HttpMethod.Post, $"/api/v1/jobs/cut/{act}");
            for (var (events, isTold) = (1, false); !isTold; events++)
            {
                await using var stream = await FollowAsync($"/api/v1/events?topics=job:cut&after={id}");
                for (var read = 0; read < events && !isTold; read++)
                {
                    var one = await stream.NextAsync();
                    Assert.NotEqual("reset", one.EventType);
                    if (one.EventId is { Length: > 0 } told) id = told;
                    if (one.EventType != "state") continue;
                    states.Add(Json(one).GetProperty("event").GetProperty("code").GetString()!);
                    isTold = true;
                }
            }
        }
        Assert.Equal(["job.paused", "job.resumed", "job.paused", "job.resumed", "job.cancelled"], states);
    }

    [Fact]
    public async Task Resuming_AtAnotherDashboard_GivesWhatWasMissedOnce()
    {
        await dashboard.StartAsync("elsewhere", 2);
        string? id;
        await using (var first = await FollowAsync("/api/v1/jobs/elsewhere/events"))
        {
            await first.UntilAsync("job");
            await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/elsewhere/pause");
            id = (await first.UntilAsync("state")).EventId;
        }
        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/elsewhere/resume");
        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/elsewhere/pause");

        // As one that was started again: it has seen nothing of this.
        await using var host = await DashboardHost.StartAsync(new DashboardOptions { Store = dashboard.Store, Port = 0, Connect = _ => Task.FromResult(dashboard.Grains) }, Cancel);
        using var http = new HttpClient { BaseAddress = host.Address };
        while ((await TestDashboard.SendAsync(http, HttpMethod.Get, "/health/ready")).Status != HttpStatusCode.OK) await Task.Yield();
        await using var second = await FollowedEvents.OpenAsync(http, $"/api/v1/jobs/elsewhere/events?after={id}");
        var told = new List<SseItem<string>>();
        for (var number = 0; number < 4; number++) told.Add(await second.NextAsync());

        Assert.Equal(["hello", "job", "state", "state"], told.Select(one => one.EventType));
        Assert.Equal(["job.resumed", "job.paused"], told[2..].Select(one => Json(one).GetProperty("event").GetProperty("code").GetString()));
        Assert.Equal(told[3].EventId, Json(told[3]).GetProperty("event").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Events_AsAList_AreThoseThatAreKnown_OrThoseAfterOne()
    {
        await dashboard.StartAsync("listed", 2);
        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/listed/pause", new { reason = "a demo" });
        var all = await ListAsync("");
        var events = all.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["job.created", "job.started", "job.paused"], events.Select(one => one.GetProperty("code").GetString()));
        Assert.Equal((false, true), (all.GetProperty("reset").GetBoolean(), all.GetProperty("live").GetBoolean()));
        Assert.Equal("job.paused", Assert.Single((await ListAsync($"?after={events[1].GetProperty("id").GetString()}")).GetProperty("data").EnumerateArray()).GetProperty("code").GetString());
        Assert.True((await ListAsync("?after=other-7")).GetProperty("reset").GetBoolean());

        async Task<JsonElement> ListAsync(string query)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/api/v1/jobs/listed/events{query}", UriKind.Relative)) { Headers = { { "Accept", "application/json" } } };
            using var response = await dashboard.Http.SendAsync(request, Cancel);
            return JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement;
        }
    }

    [Fact]
    public async Task Shards_ThatAreDone_AreToldAsRuns_AndTheClosingHasATime()
    {
        await dashboard.StartAsync("moving", 6);
        await using var events = await FollowAsync("/api/v1/jobs/moving/events");
        await events.UntilAsync("job");
        var worker = new Browser.PlayedWorker(dashboard.Grains, dashboard.Store, "hall-4/1");
        await worker.WorkAsync("moving", 2);
        var (states, shards) = (new int[3], Json(await events.UntilAsync("shards")));
        Apply();
        // One of them may still have been at work.
        while (states is not [3, 3, 0])
        {
            shards = Json(await events.UntilAsync("shards"));
            Apply();
        }
        Assert.Equal("moving", shards.GetProperty("job").GetString());

        await worker.WorkAsync("moving");
        await events.UntilAsync("end");
        var job = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/moving")).Json;
        Assert.InRange(job.GetProperty("finalizing_at").GetDateTimeOffset(), job.GetProperty("in_progress_at").GetDateTimeOffset(), job.GetProperty("completed_at").GetDateTimeOffset());

        void Apply()
        {
            Assert.False(shards.GetProperty("many").GetBoolean());
            foreach (var run in shards.GetProperty("runs").EnumerateArray())
                Array.Fill(states, run.GetProperty("state").GetInt32(), run.GetProperty("first").GetInt32(), run.GetProperty("count").GetInt32());
        }
    }

    [Fact]
    public async Task Faults_OfWorkers_AreTold()
    {
        await dashboard.StartAsync("faulty", 2);
        await using var events = await FollowAsync("/api/v1/jobs/faulty/events");
        await events.UntilAsync("job");
        var worker = new Browser.PlayedWorker(dashboard.Grains, dashboard.Store, "hall-4/1");
        await worker.FailAsync("faulty", "no space left on device");
        var fault = Json(await events.UntilAsync("error")).GetProperty("event");
        Assert.Equal(("work.failed", 0, "hall-4/1"), (fault.GetProperty("code").GetString(), fault.GetProperty("shard").GetInt32(), fault.GetProperty("worker").GetString()));
    }

    [Fact]
    public async Task Jobs_OfWhichOneChanges_AreTold()
    {
        await using var events = await FollowAsync("/api/v1/events?topics=jobs");
        await events.UntilAsync("jobs");
        await dashboard.StartAsync("told-of", 2);
        while (!Json(await events.UntilAsync("jobs")).GetProperty("changed").EnumerateArray().Any(job => job.GetProperty("job").GetString() == "told-of")) { }
    }

    [Fact]
    public async Task Fleet_WhoseWorkersReport_IsTold()
    {
        var worker = new Abstractions.Fleet.WorkerState { Worker = new WorkerInfo(Guid.NewGuid(), "w", "cpu"), JobId = "some", ImagesPerSecond = 2 };
        await dashboard.Grains.GetGrain<Abstractions.Fleet.IFleetGrain>(0).Report(new Abstractions.Fleet.SiloReport("hall", [worker]));
        await using var events = await FollowAsync("/api/v1/events?topics=fleet");
        Assert.Equal("w", Json(await events.UntilAsync("worker")).GetProperty("changed")[0].GetProperty("name").GetString());
        Assert.Equal((1, 2), (Json(await events.UntilAsync("fleet")) is var fleet ? fleet.GetProperty("busy").GetInt32() : 0, fleet.GetProperty("images_per_second").GetDouble()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?topics=jobs,colours")]
    [InlineData("?topics=job:..")]
    public async Task Topics_ThatThereAreNot_AreRefused(string query)
    {
        var reply = await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/events{query}");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "input.invalid"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task Stop_OfTheDashboard_SaysBye()
    {
        await using var host = await DashboardHost.StartAsync(new DashboardOptions { Store = dashboard.Store, Port = 0, Connect = _ => Task.FromResult(dashboard.Grains) }, Cancel);
        using var http = new HttpClient { BaseAddress = host.Address };
        await using var events = await FollowedEvents.OpenAsync(http, "/api/v1/events?topics=jobs");
        await events.UntilAsync("jobs");
        var stop = host.DisposeAsync();
        await events.UntilAsync("bye");
        Assert.False(await events.HasMoreAsync());
        await stop;
    }

    private static JsonElement Json(SseItem<string> item) => JsonDocument.Parse(item.Data).RootElement;

    private Task<FollowedEvents> FollowAsync(string path) => FollowedEvents.OpenAsync(dashboard.Http, path);
}

using System.Net;
using System.Text.Json;

namespace Atelier.Dashboard.Tests.Jobs;

public sealed class JobActsTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    [Fact]
    public async Task Acts_ChangeTheJob_SayWhoAndWhy_AndMayBeRepeated()
    {
        await dashboard.StartAsync("acted", 2);
        foreach (var _ in new[] { 1, 2 })
        {
            var (status, job, _, _) = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/acted/pause", new { reason = "a demo" });
            Assert.Equal((HttpStatusCode.OK, "paused"), (status, job.GetProperty("status").GetString()));
            var decision = job.GetProperty("last_decision");
            Assert.Equal(("a demo", $"{Environment.UserName}@{Environment.MachineName}"), (decision.GetProperty("reason").GetString(), decision.GetProperty("name").GetString()));
        }
        Assert.Equal("running", (await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/acted/resume")).Text("status"));
        var changed = await dashboard.SendAsync(HttpMethod.Patch, "/api/v1/jobs/acted", new { priority = "low" });
        Assert.Equal(("low", 1), (changed.Text("priority"), changed.Json.GetProperty("weight").GetInt32()));
        Assert.Equal("cancelled", (await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/acted/cancel")).Text("status"));

        foreach (var act in new[] { "resume", "pause", "retry-failed" })
        {
            var refused = await dashboard.SendAsync(HttpMethod.Post, $"/api/v1/jobs/acted/{act}");
            Assert.Equal((HttpStatusCode.Conflict, "job.final"), (refused.Status, refused.Code));
        }
    }

    [Fact]
    public async Task Delete_ARunningJob_IsRefused_AndACancelledOneGoes()
    {
        await dashboard.StartAsync("gone", 2);
        var refused = await dashboard.SendAsync(HttpMethod.Delete, "/api/v1/jobs/gone");
        Assert.Equal((HttpStatusCode.Conflict, "job.at_work"), (refused.Status, refused.Code));
        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/gone/cancel");

        Assert.Equal(HttpStatusCode.Accepted, (await dashboard.SendAsync(HttpMethod.Delete, "/api/v1/jobs/gone")).Status);

        while ((await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/gone")).Status != HttpStatusCode.NotFound) await Task.Yield();
        Assert.Empty(await dashboard.Store.ListAsync("gone/", TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Batch_OfJobs_SaysOfEachWhatBecameOfIt()
    {
        await dashboard.StartAsync("batch-1", 2);
        await dashboard.StartAsync("batch-2", 2);
        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/batch-2/cancel");

        var (status, json, _, _) = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs:batch", new { jobs = new[] { "batch-1", "batch-2", "nowhere" }, act = "pause" });

        Assert.Equal(HttpStatusCode.MultiStatus, status);
        Assert.Equal(
            [("batch-1", 200, null), ("batch-2", 409, "job.final"), ("nowhere", 404, "job.unknown")],
            json.GetProperty("results").EnumerateArray().Select(result => (result.GetProperty("job").GetString(), result.GetProperty("status").GetInt32(), result.GetProperty("code").GetString())));
    }

    [Fact]
    public async Task Patch_AFieldThatIsNotKnown_IsRefusedByItsName()
    {
        await dashboard.StartAsync("patched", 2);
        var reply = await dashboard.SendAsync(HttpMethod.Patch, "/api/v1/jobs/patched", new { colour = "red" });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "body.invalid"), (reply.Status, reply.Code));
        Assert.Contains("colour", reply.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.String, reply.Json.GetProperty("request_id").ValueKind);
    }
}

using System.Net;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Access;
using Atelier.Dataset.Access;
using Microsoft.Extensions.DependencyInjection;

namespace Atelier.Dashboard.Tests.Access;

public sealed class AuditTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    [Fact]
    public async Task Acts_AreWrittenDown_WithWhoAndWhy_AndThoseThatAreNotAllowedAreNone()
    {
        await dashboard.StartAsync("of-ada", 2, new JobScheduling { Submitter = "ada" });
        await dashboard.StartAsync("of-bo", 2, new JobScheduling { Submitter = "bo" });
        var key = await Keys.MakeAsync(dashboard.Store, AccessScope.Submit);
        dashboard.Services.GetRequiredService<KeyRing>().Expire();
        using var http = Keys.Client(dashboard.Address, key);

        var paused = await TestDashboard.SendAsync(http, HttpMethod.Post, "/api/v1/jobs/of-ada/pause", new { reason = "a demo" });
        var foreign = await TestDashboard.SendAsync(http, HttpMethod.Post, "/api/v1/jobs/of-bo/pause");
        var (_, batch, _, _) = await TestDashboard.SendAsync(http, HttpMethod.Post, "/api/v1/jobs:batch", new { jobs = new[] { "of-ada", "of-bo" }, act = "resume" });

        Assert.Equal(HttpStatusCode.OK, paused.Status);
        Assert.Equal((HttpStatusCode.Forbidden, "access.owner"), (foreign.Status, foreign.Code));
        Assert.Equal([200, 403], batch.GetProperty("results").EnumerateArray().Select(one => one.GetProperty("status").GetInt32()));
        var lines = (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/audit")).Json.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(
            [("job.resume", "of-ada", null), ("job.pause", "of-ada", "a demo")],
            lines.Where(line => line.GetProperty("target").GetString()!.StartsWith("of-", StringComparison.Ordinal))
                .Select(line => (line.GetProperty("act").GetString()!, line.GetProperty("target").GetString()!, line.TryGetProperty("reason", out var reason) ? reason.GetString() : null)));
        Assert.All(lines, line => Assert.Equal(("ada", key[4..16]), (line.GetProperty("who").GetString(), line.GetProperty("key").GetString())));
        Assert.All(lines, line => Assert.NotEmpty(line.GetProperty("request").GetString()!));
        var day = await dashboard.Store.ListAsync($".audit/{DateTime.UtcNow:yyyy-MM-dd}/", TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(lines.Count, day.Count);
        var wrong = await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/audit?day=../..");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
    }
}

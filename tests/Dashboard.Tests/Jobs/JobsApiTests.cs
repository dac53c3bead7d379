using System.Net;
using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Tests.Jobs;

public sealed class JobsApiTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_AJob_SaysHowItStandsAndWhatWasAsked()
    {
        await dashboard.StartAsync("told", 5, new JobScheduling { Submitter = "ada", Priority = JobPriority.High, Weight = 3 });

        var (status, job, _, _) = await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/told");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("told", "running", "ada", "high", 3), (Text("job"), Text("status"), Text("submitter"), Text("priority"), job.GetProperty("weight").GetInt32()));
        Assert.Equal((5, 0, 3), (job.GetProperty("samples").GetInt64(), job.GetProperty("finished").GetInt64(), job.GetProperty("shards").GetProperty("total").GetInt32()));
        Assert.Equal("0", job.GetProperty("spec").GetProperty("seed").GetString());
        Assert.Equal(5, job.GetProperty("request_counts").GetProperty("total").GetInt64());
        Assert.Matches(@"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\z", Text("created_at"));
        Assert.Equal("/api/v1/jobs/told", job.GetProperty("links").GetProperty("self").GetString());
        Assert.True(job.GetProperty("live").GetBoolean());

        string? Text(string name) => job.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Get_WithTheTagOfTheLastAnswer_Is304UntilSomethingChanges()
    {
        await dashboard.StartAsync("tagged", 2);
        var first = await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/tagged");
        Assert.Equal(HttpStatusCode.NotModified, await AskAsync(first.Tag!));

        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/tagged/pause");

        Assert.Equal(HttpStatusCode.OK, await AskAsync(first.Tag!));

        async Task<HttpStatusCode> AskAsync(string tag)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/jobs/tagged", UriKind.Relative)) { Headers = { { "If-None-Match", tag } } };
            using var response = await dashboard.Http.SendAsync(request, Cancel);
            return response.StatusCode;
        }
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData(".jobs")]
    [InlineData(".uploads")]
    [InlineData("..%2Fother")]
    public async Task Get_WhatIsNoJob_Is404WithACode(string job)
    {
        var reply = await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/jobs/{job}");
        Assert.Equal((HttpStatusCode.NotFound, "job.unknown"), (reply.Status, reply.Code));
        Assert.NotEmpty(reply.Text("request_id")!);
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", HttpStatusCode.NotFound, "path.unknown")]
    [InlineData("PUT", "/api/v1/jobs", HttpStatusCode.MethodNotAllowed, "method.not_allowed")]
    public async Task Requests_ForWhatThereIsNot_AreProblemsToo(string method, string path, HttpStatusCode status, string code)
    {
        var reply = await dashboard.SendAsync(new HttpMethod(method), path);
        Assert.Equal((status, code), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task List_FiltersSortsAndPages()
    {
        foreach (var (job, rows, submitter) in new[] { ("list-a", 2, "eve"), ("list-b", 6, "eve"), ("list-c", 4, "eve"), ("other", 3, "bob") })
            await dashboard.StartAsync(job, rows, new JobScheduling { Submitter = submitter });
        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/list-c/pause");

        var page = await UntilAsync("submitter=eve&sort=-samples&limit=2", job => job.GetProperty("counts").TryGetProperty("paused", out _) && job.GetProperty("counts").TryGetProperty("running", out var running) && running.GetInt32() == 2);
        Assert.Equal(["list-b", "list-c"], Names(page));
        Assert.Equal((3, "2"), (page.GetProperty("total").GetInt32(), page.GetProperty("next").GetString()));
        Assert.Equal(["list-a"], Names((await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs?submitter=eve&sort=-samples&limit=2&cursor=2")).Json));
        Assert.Equal(["list-c"], Names((await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs?submitter=eve&status=paused")).Json));
        Assert.Equal(["list-a", "list-b", "list-c"], Names((await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs?q=LIST-")).Json));

        async Task<System.Text.Json.JsonElement> UntilAsync(string query, Predicate<System.Text.Json.JsonElement> isSo)
        {
            System.Text.Json.JsonElement page;
            // What a job says of itself is on its way for a moment.
            do page = (await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/jobs?{query}")).Json;
            while (!isSo(page));
            return page;
        }

        static string[] Names(System.Text.Json.JsonElement page) => [.. page.GetProperty("data").EnumerateArray().Select(job => job.GetProperty("job").GetString()!)];
    }

    [Fact]
    public async Task List_AsLines_HasAJobInEach()
    {
        await dashboard.StartAsync("lines", 2);
        string[] lines;
        do
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/jobs?q=lines", UriKind.Relative)) { Headers = { { "Accept", "application/x-ndjson" } } };
            using var response = await dashboard.Http.SendAsync(request, Cancel);
            Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType!.MediaType);
            lines = (await response.Content.ReadAsStringAsync(Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        while (lines.Length == 0);
        Assert.StartsWith("{\"job\":\"lines\",", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status=asleep", "status is 'asleep'; allowed: staging, recovering, running, completed, failed, paused, cancelled")]
    [InlineData("limit=0", "limit is '0'; allowed: 1 to 10000")]
    [InlineData("sort=colour", "sort is 'colour'; allowed: ")]
    [InlineData("cursor=x", "cursor is 'x'; allowed: ")]
    public async Task List_AValueThatIsNotAllowed_IsRefusedInWords(string query, string detail)
    {
        var reply = await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/jobs?{query}");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "input.invalid"), (reply.Status, reply.Code));
        Assert.StartsWith(detail, reply.Text("detail"), StringComparison.Ordinal);
    }
}

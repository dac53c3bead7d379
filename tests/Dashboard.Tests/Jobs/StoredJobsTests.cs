using System.Net;
using System.Text;
using System.Text.Json;

namespace Atelier.Dashboard.Tests.Jobs;

public sealed class StoredJobsTests(StoreDashboard dashboard) : IClassFixture<StoreDashboard>
{
    [Fact]
    public async Task Jobs_WithoutACluster_AreAsTheStoreSays()
    {
        var list = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs")).Json;
        Assert.False(list.GetProperty("live").GetBoolean());
        Assert.Equal(
            [("drawn", "completed", "some", 20, 2), ("half", "recovering", null, 0, 0)],
            list.GetProperty("data").EnumerateArray().Select(job => (
                job.GetProperty("job").GetString(), job.GetProperty("status").GetString(), job.GetProperty("outcome").GetString(), job.GetProperty("finished").GetInt32(), job.GetProperty("failed").GetInt32())));

        var drawn = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/drawn")).Json;
        Assert.Equal(("completed", "1970-01-01T01:00:00.000Z", "shapes"), (drawn.GetProperty("status").GetString(), drawn.GetProperty("completed_at").GetString(), drawn.GetProperty("spec").GetProperty("model").GetString()));
        var half = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/half")).Json;
        Assert.Equal((16, 20, 2), (half.GetProperty("finished").GetInt32(), half.GetProperty("samples").GetInt32(), half.GetProperty("shards").GetProperty("finished").GetInt32()));
    }

    [Theory]
    [InlineData("/api/v1/jobs/drawn/pause")]
    [InlineData("/api/v1/fleet/workers/a/drain")]
    public async Task Acts_WithoutACluster_AreRefusedForNow(string path)
    {
        var reply = await dashboard.SendAsync(HttpMethod.Post, path);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "cluster.unreachable"), (reply.Status, reply.Code));
    }

    [Theory]
    [InlineData("summary.json", "application/json", "{")]
    [InlineData("README.md", "text/markdown", "---")]
    [InlineData("contact-sheet.png", "image/png", "\u0089PNG")]
    [InlineData("spec.json", "application/json", "{\"model\":\"shapes\"")]
    [InlineData("prompts.jsonl", "application/x-ndjson", "{\"prompt\":\"a red circle 0\"}\n")]
    public async Task Files_OfACompletedJob_AreServed(string name, string type, string beginning)
    {
        var (response, body) = await dashboard.GetAsync($"/api/v1/jobs/drawn/{name}");
        using var _ = response;
        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal(beginning, Encoding.Latin1.GetString(body)[..beginning.Length]);
    }

    [Fact]
    public async Task Output_HasALineForEachSample_AndErrorsThoseThatFailed()
    {
        var output = await LinesAsync("output.jsonl");
        Assert.Equal(20, output.Count);
        Assert.Equal(("cat", "000000002", "18446744073709551615"), (output[2].GetProperty("custom_id").GetString(), output[2].GetProperty("key").GetString(), output[2].GetProperty("response").GetProperty("seed").GetString()));
        var (response, body) = await dashboard.GetAsync(output[2].GetProperty("response").GetProperty("url").GetString()!);
        using var _ = response;
        Assert.Equal((output[2].GetProperty("response").GetProperty("bytes").GetInt32(), true), (body.Length, response.Headers.CacheControl!.MaxAge > TimeSpan.FromDays(300)));

        var errors = await LinesAsync("errors.jsonl");
        Assert.Equal(["000000003", "000000013"], errors.Select(line => line.GetProperty("key").GetString()));
        Assert.All(errors, line => Assert.Equal(("non_finite", JsonValueKind.Null), (line.GetProperty("error").GetProperty("code").GetString(), line.GetProperty("response").ValueKind)));

        async Task<List<JsonElement>> LinesAsync(string name) =>
            [.. Encoding.UTF8.GetString((await dashboard.GetAsync($"/api/v1/jobs/drawn/{name}")).Body).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    [Fact]
    public async Task Files_OfAJobThatIsNotCompleted_AreNotThereYet()
    {
        var reply = await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/half/summary.json");
        Assert.Equal((HttpStatusCode.NotFound, "job.not_completed"), (reply.Status, reply.Code));
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Jobs;

namespace Atelier.Dashboard.Tests.Jobs;

public sealed class SubmissionTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    private static readonly object Spec = new { model = "shapes", model_digest = new string('a', 64), seed = "18446744073709551615" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_RowsInTheRequest_MakesAJob_AndTheSameAgainIsTheSame()
    {
        var request = new { id = "inline", spec = Spec, scheduling = new { priority = "high" }, rows = new object[] { "a red circle", new { prompt = "a blue square", id = "b", seed = "9" } } };

        var first = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs", request);
        var second = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs", request);

        Assert.Equal((HttpStatusCode.Created, "/api/v1/jobs/inline", 2, "running"), (first.Status, first.Location, first.Json.GetProperty("samples").GetInt64(), first.Text("status")));
        Assert.Equal((Environment.UserName, "high", "18446744073709551615"), (first.Text("submitter"), first.Text("priority"), first.Json.GetProperty("spec").GetProperty("seed").GetString()));
        Assert.Equal((HttpStatusCode.OK, "/api/v1/jobs/inline"), (second.Status, second.Location));
        var rows = await JobFiles.ReadPromptsAsync(dashboard.Store, "inline", 0, JobLimits.ChunkRows, Cancel);
        Assert.Equal([("a red circle", null, null), ("a blue square", "b", 9UL)], rows!.Select(row => (row.Prompt, row.Id, row.Seed)));
    }

    [Fact]
    public async Task Post_ASpecOrRowsThatDiffer_Is409WithTheDifferences()
    {
        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs", new { id = "differs", spec = Spec, rows = new[] { "a", "b" } });

        var steps = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs", new { id = "differs", spec = new { model = "shapes", model_digest = new string('a', 64), steps = 7 }, rows = new[] { "a" } });
        var rows = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs", new { id = "differs", spec = Spec, rows = new[] { "a", "c" } });

        Assert.Equal((HttpStatusCode.Conflict, "job.differs"), (steps.Status, steps.Code));
        Assert.Equal(["steps is 30 there, 7 here", "seed is 18446744073709551615 there, 0 here", "rows is 2 there, 1 here"], steps.Json.GetProperty("differences").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal((HttpStatusCode.Conflict, "job.differs"), (rows.Status, rows.Code));
    }

    [Fact]
    public async Task Post_WithAKeyInsteadOfAName_MakesOneJobHoweverOften()
    {
        var names = new HashSet<string?>();
        foreach (var key in new[] { "one", "one", "two" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/jobs", UriKind.Relative))
            {
                Content = JsonContent.Create(new { spec = Spec, rows = new[] { "a" } }),
                Headers = { { "Idempotency-Key", key } },
            };
            using var response = await dashboard.Http.SendAsync(request, Cancel);
            names.Add(response.Headers.Location!.ToString());
        }
        Assert.Equal(2, names.Count);
    }

    [Fact]
    public async Task Post_AFileThatWasSent_OrAForm_StagesAllRows()
    {
        var text = string.Concat(Enumerable.Range(0, 2300).Select(row => $"prompt {row}\n"));
        var file = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/files?name=many.txt", Text(text));
        var plan = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/plans", new { spec = Spec, file = file.Text("id") });
        Assert.Equal((2300, 36), (plan.Json.GetProperty("samples").GetInt64(), plan.Json.GetProperty("shards").GetInt32()));

        var byFile = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs", new { id = "by-file", spec = Spec, file = file.Text("id") });
        using var form = new MultipartFormDataContent { { JsonContent.Create(new { id = "by-form", spec = Spec }), "job" }, { Text(text), "rows", "many.txt" } };
        var byForm = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs", form);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (byFile.Status, byForm.Status));
        foreach (var job in new[] { "by-file", "by-form" })
        {
            var last = await JobFiles.ReadPromptsAsync(dashboard.Store, job, 2, JobLimits.ChunkRows, Cancel);
            Assert.Equal((300, 2299L, "prompt 2299"), (last!.Count, last[^1].Index, last[^1].Prompt));
        }
    }

    [Theory]
    [InlineData("""{"spec": {"model": "shapes", "model_digest": "@", "steps": 0}, "rows": ["a"]}""", "input.invalid", "steps is '0'; allowed: 1 to the number of timesteps the model was trained with")]
    [InlineData("""{"spec": {"model": "nothing"}, "rows": ["a"]}""", "input.invalid", "model is 'nothing', of which no digest is known; give model_digest, or one of: (none known)")]
    [InlineData("""{"spec": {"model": "shapes", "model_digest": "@"}, "rows": ["a", {"promt": "b"}]}""", "rows.invalid", "rows line 2: unknown field 'promt'; ")]
    [InlineData("""{"spec": {"model": "shapes", "model_digest": "@"}}""", "input.invalid", "a job has its rows in 'rows', or the id")]
    [InlineData("""{"id": ".jobs", "spec": {"model": "shapes", "model_digest": "@"}, "rows": ["a"]}""", "input.invalid", "'.jobs' cannot be the name of a job: ")]
    [InlineData("""{"spec": {"model": "shapes", "model_digest": "@", "colour": 1}, "rows": ["a"]}""", "body.invalid", "")]
    [InlineData("""{"spec": {"model": "shapes", "model_digest": "@", "seed": -1}, "rows": ["a"]}""", "body.invalid", "A seed is a whole number from 0 to 18446744073709551615")]
    [InlineData("[", "body.invalid", "")]
    public async Task Post_WhatIsNotAllowed_IsRefusedInWords_AndMakesNoJob(string body, string code, string detail)
    {
        var before = await dashboard.Store.ListAsync("", Cancel).CountAsync(Cancel);
        using var content = new StringContent(body.Replace("@", new string('a', 64), StringComparison.Ordinal), Encoding.UTF8, "application/json");
        var reply = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs", content);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, code), (reply.Status, reply.Code));
        Assert.StartsWith(detail, reply.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(before, await dashboard.Store.ListAsync("", Cancel).CountAsync(Cancel));
    }

    [Fact]
    public async Task Plan_OfAFewRows_SaysHowManyShards_AndWhatIsNotKnown()
    {
        var plan = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/plans", new { spec = new { model = "shapes", model_digest = new string('a', 64), images_per_prompt = 4, shard_size = 2 }, rows = new[] { "a", "b" } });
        Assert.Equal((HttpStatusCode.OK, 8, 4), (plan.Status, plan.Json.GetProperty("samples").GetInt64(), plan.Json.GetProperty("shards").GetInt32()));
        Assert.Equal(["there are no workers now: the job would wait", "no device has measured this model yet, so no time can be told"], plan.Json.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetString()));
    }

    private static ByteArrayContent Text(string text) => new(Encoding.UTF8.GetBytes(text)) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain") } };
}

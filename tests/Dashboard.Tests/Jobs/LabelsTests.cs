using System.Net;
using Atelier.Dashboard.Jobs;
using Atelier.Dataset.Labels;
using Microsoft.Extensions.DependencyInjection;

namespace Atelier.Dashboard.Tests.Jobs;

public sealed class LabelsTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    private static readonly object Spec = new { model = "shapes", model_digest = new string('a', 64) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Submit_WithLabels_KeepsThem_AndTheSameAgainChangesNothing()
    {
        var first = await SubmitAsync("labelled", ["nightly", "faces"], "for ada's paper");
        var second = await SubmitAsync("labelled", ["other"], "");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.Status, second.Status));
        foreach (var reply in new[] { first, second }) Assert.Equal(("faces nightly", "for ada's paper", Environment.UserName), (Labels(reply), reply.Text("note"), reply.Text("labelled_by")!.Split('@')[0]));
        var number = Assert.Single(await JobLabelFiles.ListAsync(dashboard.Store, Cancel), one => one.Key == "labelled").Value;
        Assert.Equal(0, number);
    }

    [Fact]
    public async Task Patch_OfLabelsOrNote_ChangesThatAlone_AlsoOfAJobThatHasEnded()
    {
        await SubmitAsync("patched", ["a"], "before");
        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/patched/cancel");

        var labels = await dashboard.SendAsync(HttpMethod.Patch, "/api/v1/jobs/patched", new { labels = new[] { "b", "a" } });
        var note = await dashboard.SendAsync(HttpMethod.Patch, "/api/v1/jobs/patched", new { note = "after" });
        var both = await dashboard.SendAsync(HttpMethod.Patch, "/api/v1/jobs/patched", new { labels = Array.Empty<string>(), weight = 2 });

        Assert.Equal(("a b", "before"), (Labels(labels), labels.Text("note")));
        Assert.Equal(("a b", "after", "normal"), (Labels(note), note.Text("note"), note.Text("priority")));
        Assert.Equal((HttpStatusCode.Conflict, "job.final"), (both.Status, both.Code));
        Assert.Equal("a b", Labels(await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/patched")));
    }

    [Fact]
    public async Task List_ByLabels_HasTheJobsThatHaveAllOfThem()
    {
        await SubmitAsync("one", ["x", "y"], null);
        await SubmitAsync("two", ["x"], null);
        await SubmitAsync("three", null, null);

        Assert.Equal("one two", await NamesAsync("label=x"));
        Assert.Equal("one", await NamesAsync("label=x,y"));
        Assert.Equal("", await NamesAsync("label=x,z"));
        Assert.Contains("three", await NamesAsync(""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_OfAnEarlierJobOfTheName_AreNotThoseOfTheNext()
    {
        await SubmitAsync("again", ["old"], null);
        await dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs/again/cancel");
        await dashboard.SendAsync(HttpMethod.Delete, "/api/v1/jobs/again");
        while ((await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/again")).Status != HttpStatusCode.NotFound) await Task.Delay(50, Cancel);
        Assert.DoesNotContain("again", (await JobLabelFiles.ListAsync(dashboard.Store, Cancel)).Keys);
        // As a store has it that somebody has tidied up by hand.
        await JobLabelFiles.ChangeAsync(dashboard.Store, "again", DateTimeOffset.UnixEpoch, "ada", DateTimeOffset.UnixEpoch, _ => new JobLabels { JobCreated = default, By = "", Changed = default, Labels = ["left"] }, Cancel);
        dashboard.Services.GetRequiredService<LabelBook>().Expire();

        var next = await SubmitAsync("again", null, null);

        Assert.Equal((HttpStatusCode.Created, ""), (next.Status, Labels(next)));
        Assert.Equal("", await NamesAsync("label=left"));
    }

    [Theory]
    [InlineData("a,b", "label is 'a,b'; allowed: 1 to 60 characters, no comma and no control character, and no space at its ends")]
    public async Task Submit_ALabelThatIsNotAllowed_MakesNoJob(string label, string detail)
    {
        var reply = await SubmitAsync("wrong", [label], null);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, detail), (reply.Status, reply.Text("detail")));
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/wrong")).Status);
    }

    [Fact]
    public async Task Pages_ShowLabelsAndNote_AndTheListLeavesThoseThatHaveThem()
    {
        await SubmitAsync("shown", ["project=<b>", "z"], "see <i>page 3</i>");
        var job = await PageAsync("/jobs/shown");
        Assert.Contains("<a class=\"chip\" href=\"/jobs?label=project%3D%3Cb%3E\"><bdi>project=&lt;b&gt;</bdi></a>", job, StringComparison.Ordinal);
        Assert.Contains("see &lt;i&gt;page 3&lt;/i&gt;", job, StringComparison.Ordinal);
        Assert.Contains("/jobs/shown\"", await PageAsync("/jobs?label=z,project%3D%3Cb%3E"), StringComparison.Ordinal);
        Assert.Contains("label neither", await PageAsync("/jobs?label=neither"), StringComparison.Ordinal);

        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["labels"] = " b ,a,", ["note"] = "one\r\ntwo" });
        using var changed = await dashboard.Http.PostAsync(new Uri("/jobs/shown/labels", UriKind.Relative), form, Cancel);
        var reply = await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/shown");
        Assert.Equal((HttpStatusCode.OK, "a b", "one\ntwo"), (changed.StatusCode, Labels(reply), reply.Text("note")));
    }

    private Task<string> PageAsync(string path) => dashboard.Http.GetStringAsync(new Uri(path, UriKind.Relative), Cancel);

    private Task<TestDashboard.Reply> SubmitAsync(string job, string[]? labels, string? note) =>
        dashboard.SendAsync(HttpMethod.Post, "/api/v1/jobs", new { id = job, spec = Spec, labels, note, rows = new[] { "a" } });

    private static string Labels(TestDashboard.Reply reply) => string.Join(' ', reply.Json.GetProperty("labels").EnumerateArray().Select(label => label.GetString()));

    private async Task<string> NamesAsync(string query) =>
        string.Join(' ', (await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/jobs?sort=created&{query}")).Json.GetProperty("data").EnumerateArray().Select(job => job.GetProperty("job").GetString()));
}

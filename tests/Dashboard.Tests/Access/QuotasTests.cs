using System.Net;
using Atelier.Dashboard.Access;
using Atelier.Dataset.Access;
using Microsoft.Extensions.DependencyInjection;

namespace Atelier.Dashboard.Tests.Access;

public sealed class QuotasTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    private static readonly object Spec = new { model = "shapes", model_digest = new string('a', 64) };

    [Fact]
    public async Task Samples_BeyondTheDays_AreRefused_AndTheAnswerSaysWhatIsLeft()
    {
        using var http = await ClientAsync(new AccessQuota { SamplesPerDay = 5 });

        Assert.Equal(HttpStatusCode.Created, (await SubmitAsync(http, "day-1", 3)).Status);
        Assert.Equal(HttpStatusCode.OK, (await SubmitAsync(http, "day-1", 3)).Status);
        var refused = await SubmitAsync(http, "day-2", 3);
        var never = await SubmitAsync(http, "day-3", 6);

        Assert.Equal((HttpStatusCode.TooManyRequests, "quota.samples_per_day", 5, 2), (refused.Status, refused.Code, refused.Json.GetProperty("limit").GetInt64(), refused.Json.GetProperty("left").GetInt64()));
        Assert.Equal("the job has 3 samples; the key allows 5 a day, and 2 are left until midnight UTC", refused.Text("detail"));
        Assert.InRange(refused.Json.GetProperty("retry_after").GetInt64(), 1, 86_400);
        Assert.Equal((HttpStatusCode.Forbidden, "quota.samples_per_day", 5), (never.Status, never.Code, never.Json.GetProperty("left").GetInt64()));
        // What was refused counts for nothing.
        Assert.Equal(2, (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/me")).Json.GetProperty("samples_left").GetInt64());
        Assert.Equal(HttpStatusCode.Created, (await SubmitAsync(http, "day-2", 2)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/day-3")).Status);
    }

    [Fact]
    public async Task Jobs_BeyondThoseAtOnce_AreRefused_UntilOneEnds()
    {
        using var http = await ClientAsync(new AccessQuota { JobsAtOnce = 2 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(number => SubmitAsync(http, $"at-once-{number}", 1)));

        Assert.InRange(answers.Count(answer => answer.Status == HttpStatusCode.Created), 0, 2);
        for (var number = 0; number < 5; number++) await SubmitAsync(http, $"at-once-{number}", 1);
        var refused = await SubmitAsync(http, "one-more", 1);
        Assert.Equal((HttpStatusCode.TooManyRequests, "quota.jobs_at_once", 2, 0), (refused.Status, refused.Code, refused.Json.GetProperty("limit").GetInt64(), refused.Json.GetProperty("left").GetInt64()));
        Assert.Equal(0, (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/me")).Json.GetProperty("jobs_left").GetInt32());

        var made = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs?q=at-once&status=running")).Json.GetProperty("data");
        Assert.Equal(2, made.GetArrayLength());
        await TestDashboard.SendAsync(http, HttpMethod.Post, $"/api/v1/jobs/{made[0].GetProperty("job").GetString()}/cancel");
        Assert.Equal(HttpStatusCode.Created, (await SubmitAsync(http, "one-more", 1)).Status);
    }

    [Fact]
    public async Task Key_MadeWithAQuota_TellsIt_AndNoneIsMadeOfNothing()
    {
        var made = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/keys", new { scope = "submit", owner = "ada", quota = new { samples_per_day = 100, jobs_at_once = 3 } });
        Assert.Equal((100, 3), (made.Json.GetProperty("key").GetProperty("quota").GetProperty("samples_per_day").GetInt64(), made.Json.GetProperty("key").GetProperty("quota").GetProperty("jobs_at_once").GetInt32()));
        var refused = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/keys", new { scope = "submit", owner = "ada", quota = new { jobs_at_once = 0 } });
        Assert.Equal("jobs at once is '0'; allowed: 1 or more, or none for any number", refused.Text("detail"));
    }

    [Fact]
    public async Task Page_OfAccess_SaysWhatKeysAllow_AndWhatIsLeft()
    {
        using var http = await ClientAsync(new AccessQuota { SamplesPerDay = 1500, JobsAtOnce = 2 });
        await SubmitAsync(http, "on-the-page", 4);
        const string Quota = "1,500 samples a day, 1,496 left today; 2 jobs at once, 1 left";
        Assert.Contains($"It allows {Quota}.", await http.GetStringAsync(new Uri("/access", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains($"<td>{Quota}</td>", await dashboard.Http.GetStringAsync(new Uri("/access", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["owner"] = "cy", ["scope"] = "submit", ["label"] = "", ["days"] = "", ["samples"] = "70", ["jobs"] = "" });
        using var made = await dashboard.Http.PostAsync(new Uri("/access/keys", UriKind.Relative), form, TestContext.Current.CancellationToken);
        Assert.Contains("<td>70 samples a day, 70 left today</td>", await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private async Task<HttpClient> ClientAsync(AccessQuota quota)
    {
        var key = await Keys.MakeAsync(dashboard.Store, AccessScope.Submit, quota: quota);
        dashboard.Services.GetRequiredService<KeyRing>().Expire();
        return Keys.Client(dashboard.Address, key);
    }

    private static Task<TestDashboard.Reply> SubmitAsync(HttpClient http, string job, int rows) => TestDashboard.SendAsync(
        http, HttpMethod.Post, "/api/v1/jobs", new { id = job, spec = Spec, rows = Enumerable.Range(0, rows).Select(row => $"prompt {row}") });
}

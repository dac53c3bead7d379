using System.Net;
using Atelier.Abstractions;
using Atelier.Dataset.Access;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Tests.Access;

public sealed class LocalRuleTests(StoreDashboard dashboard) : IClassFixture<StoreDashboard>
{
    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1", HttpStatusCode.Unauthorized)]
    [InlineData("X-Forwarded-Host", "localhost", HttpStatusCode.Unauthorized)]
    [InlineData("Forwarded", "for=127.0.0.1", HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", "Basic YTpi", HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", "Bearer atl_000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", HttpStatusCode.Unauthorized)]
    [InlineData("Host", "evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("Accept", "application/json", HttpStatusCode.OK)]
    public async Task Requests_OnLoopback_NeedNoKey_UnlessSomethingStandsBetween(string header, string value, HttpStatusCode status)
    {
        var (response, body) = await dashboard.GetAsync("/api/v1/jobs", (header, value));
        Assert.Equal(status, response.StatusCode);
        if (status == HttpStatusCode.OK) return;
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("drawn", System.Text.Encoding.UTF8.GetString(body), StringComparison.Ordinal);
        if (status == HttpStatusCode.Unauthorized) Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    public async Task Changes_ThatAnotherSiteCaused_AreRefusedByTheApiToo(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/keys") { Content = new StringContent("""{"scope":"admin","owner":"eve"}""", null, "application/json") };
        request.Headers.TryAddWithoutValidation(header, value);
        using var response = await dashboard.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(await AccessKeys.ListAsync(dashboard.Store, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Listeners_ThatOthersReach_NeedAKeyInTheStore_AndThenEverybodyDoes()
    {
        var store = new MemoryStore();
        var options = new DashboardOptions { Store = store, Port = 0, Address = IPAddress.Any };
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => DashboardHost.StartAsync(options, TestContext.Current.CancellationToken));
        Assert.Contains("0.0.0.0", refused.Message, StringComparison.Ordinal);
        await Keys.MakeAsync(store, AccessScope.Read, lifetime: TimeSpan.FromDays(-1));
        await Assert.ThrowsAsync<InvalidInputException>(() => DashboardHost.StartAsync(options, TestContext.Current.CancellationToken));
        var key = await Keys.MakeAsync(store, AccessScope.Read);

        await using var host = await DashboardHost.StartAsync(options, TestContext.Current.CancellationToken);

        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{host.Address.Port}") };
        Assert.Equal(HttpStatusCode.Unauthorized, (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/jobs")).Status);
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        Assert.Equal(HttpStatusCode.OK, (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/jobs")).Status);
    }

    [Theory]
    [InlineData("/api/v1/jobs/..%2f.access/spec.json")]
    [InlineData("/api/v1/jobs/%2e%2e/spec.json")]
    [InlineData("/api/v1/jobs/.access/spec.json")]
    [InlineData("/api/v1/jobs/.audit/README.md")]
    [InlineData("/api/v1/jobs/%2fetc%2fpasswd/prompts.jsonl")]
    [InlineData("/api/v1/models/..%2f..%2f.access")]
    [InlineData("/api/v1/files/..%2f.access")]
    [InlineData("/assets/x/..%2f..%2fProgram.cs")]
    public async Task Paths_ThatLeadElsewhere_FindNothing(string path)
    {
        var (response, _) = await dashboard.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("/jobs", "default-src 'none'; script-src 'self'")]
    [InlineData("/sign-in", "default-src 'none'; script-src 'self'")]
    [InlineData("/api/v1/jobs", "frame-ancestors 'none'")]
    [InlineData("/api/v1/jobs/nowhere", "frame-ancestors 'none'")]
    [InlineData("/health/live", "frame-ancestors 'none'")]
    [InlineData("/api/v1/jobs/drawn/shards/0.tar", "sandbox")]
    [InlineData("/api/v1/jobs/drawn/samples/000000000/image", "sandbox")]
    [InlineData("/api/v1/jobs/drawn/prompts.jsonl", "sandbox")]
    public async Task Answers_TellBrowsersToAllowLittle(string path, string policy)
    {
        var (response, _) = await dashboard.GetAsync(path);
        Assert.Contains(policy, response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        foreach (var (name, value) in new[] { ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin") })
            Assert.Equal(value, response.Headers.GetValues(name).Single());
    }
}

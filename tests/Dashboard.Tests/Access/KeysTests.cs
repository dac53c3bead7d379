using System.Net;
using Atelier.Dataset.Access;
using Microsoft.AspNetCore.WebUtilities;

namespace Atelier.Dashboard.Tests.Access;

public sealed class KeysTests(StoreDashboard dashboard) : IClassFixture<StoreDashboard>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Key_IsShownOnce_OpensWhatItsScopeAllows_AndNothingOnceRevoked()
    {
        var made = await dashboard.SendAsync(HttpMethod.Post, "/api/v1/keys", new { scope = "submit", owner = "ada", label = "nightly" });
        var (secret, id) = (made.Text("secret")!, made.Json.GetProperty("key").GetProperty("id").GetString()!);
        Assert.Equal((HttpStatusCode.Created, $"/api/v1/keys/{id}"), (made.Status, made.Location));
        Assert.Matches("^atl_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$", secret);
        var stored = System.Text.Encoding.UTF8.GetString((await dashboard.Store.ReadAsync($".access/{id}/00000.json", Cancel))!);
        Assert.DoesNotContain(secret[17..], stored, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(WebEncoders.Base64UrlDecode(secret[17..]))), stored, StringComparison.Ordinal);

        using var http = Keys.Client(dashboard.Http.BaseAddress!, secret);
        var me = await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/me");
        Assert.Equal(("ada", "ada", "submit", id), (me.Text("name"), me.Text("submitter"), me.Text("scope"), me.Text("key")));
        var refused = await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/keys");
        Assert.Equal((HttpStatusCode.Forbidden, "access.scope"), (refused.Status, refused.Code));
        var listed = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/keys")).Json;
        Assert.DoesNotContain(secret[17..], listed.ToString(), StringComparison.Ordinal);
        Assert.Contains(listed.GetProperty("data").EnumerateArray(), key => key.GetProperty("id").GetString() == id && key.GetProperty("last_used_at").GetString() is not null);

        Assert.Equal(HttpStatusCode.NoContent, (await dashboard.SendAsync(HttpMethod.Delete, $"/api/v1/keys/{id}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await dashboard.SendAsync(HttpMethod.Delete, $"/api/v1/keys/{id}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/me")).Status);
        Assert.Equal([$".access/{id}/00000.json", $".access/{id}/00001.json"], await dashboard.Store.ListAsync($".access/{id}/", Cancel).Select(entry => entry.Path).ToListAsync(Cancel));
        Assert.Equal("key.unknown", (await dashboard.SendAsync(HttpMethod.Delete, "/api/v1/keys/..%2fown")).Code);
    }

    [Fact]
    public async Task Keys_ThatAreWrong_CutOrSpeltOtherwise_OpenNothing()
    {
        var key = await Keys.MakeAsync(dashboard.Store, AccessScope.Admin);
        var other = await Keys.MakeAsync(dashboard.Store, AccessScope.Admin);
        dashboard.Expire();
        foreach (var wrong in new[] { key[..^1], key + "A", key[..17] + other[17..], key.ToUpperInvariant(), key[..^1] + (key[^1] == '=' ? 'A' : '='), key[4..], "atl__", $"atl_../..{key[10..]}", "", new string('a', 8000) })
        {
            using var http = Keys.Client(dashboard.Http.BaseAddress!, wrong);
            Assert.Equal(HttpStatusCode.Unauthorized, (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/me")).Status);
        }
        using var right = Keys.Client(dashboard.Http.BaseAddress!, key);
        Assert.Equal(HttpStatusCode.OK, (await TestDashboard.SendAsync(right, HttpMethod.Get, "/api/v1/me")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await TestDashboard.SendAsync(Keys.Client(dashboard.Http.BaseAddress!, null), HttpMethod.Get, $"/api/v1/me?key={key}")).Status);
    }

    [Fact]
    public async Task SignIn_ByTheForm_GivesACookieThatScriptsCannotRead_AndThatDiesWithTheKey()
    {
        var key = await Keys.MakeAsync(dashboard.Store, AccessScope.Read, "bo");
        dashboard.Expire();
        using var http = Keys.Client(dashboard.Http.BaseAddress!, null);
        using var wrong = await http.PostAsync(new Uri("/sign-in", UriKind.Relative), new FormUrlEncodedContent([new("key", key[..^2]), new("to", "/jobs")]), Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.False(wrong.Headers.Contains("Set-Cookie"));
        using var elsewhere = await http.PostAsync(new Uri("/sign-in", UriKind.Relative), new FormUrlEncodedContent([new("key", key), new("to", "//evil.example/")]), Cancel);
        Assert.Equal("/jobs", elsewhere.Headers.Location?.ToString());

        using var signed = await http.PostAsync(new Uri("/sign-in", UriKind.Relative), new FormUrlEncodedContent([new("key", key), new("to", "/jobs/drawn")]), Cancel);

        Assert.Equal((HttpStatusCode.Redirect, "/jobs/drawn"), (signed.StatusCode, signed.Headers.Location?.ToString()));
        var cookie = signed.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("; samesite=lax; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        http.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        Assert.Equal(("bo", "read"), ((await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/me")).Text("name"), (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/me")).Text("scope")));
        await dashboard.SendAsync(HttpMethod.Delete, $"/api/v1/keys/{key[4..16]}");
        Assert.Equal(HttpStatusCode.Unauthorized, (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/me")).Status);
    }

    [Fact]
    public async Task Requests_BeyondTheBucket_AreToldWhenToComeAgain()
    {
        await using var host = await DashboardHost.StartAsync(
            new DashboardOptions { Store = dashboard.Store, Port = 0, Limits = new() { Burst = 3, RequestsPerSecond = 1 } }, Cancel);
        using var http = Keys.Client(host.Address, await Keys.MakeAsync(dashboard.Store, AccessScope.Read));
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => http.GetAsync(new Uri("/api/v1/me", UriKind.Relative), Cancel)));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
    }
}

using System.Net;
using Atelier.Abstractions;
using Atelier.Dashboard.Access;
using Atelier.Dataset.Access;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.Configuration;

namespace Atelier.Dashboard.Tests.Access;

public sealed class OpenIdConnectTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(new[] { "makers" }, "submit")]
    [InlineData(new[] { "hall", "makers", "others" }, "operate")]
    [InlineData(new string[0], "read")]
    public async Task SignIn_AtTheProvider_GivesTheWidestScopeOfThePersonsGroups(string[] groups, string scope)
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Somebody = ("ada", groups);
        await using var host = await StartAsync(provider, AccessScope.Read);
        using var http = new HttpClient { BaseAddress = host.Address };

        Assert.Equal(HttpStatusCode.Unauthorized, (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/me")).Status);
        using var page = await http.GetAsync(new Uri($"{OpenIdConnectHosting.Begin}?to=/jobs", UriKind.Relative), Cancel);
        var me = await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/me");

        Assert.Equal((HttpStatusCode.OK, "/jobs"), (page.StatusCode, page.RequestMessage!.RequestUri!.AbsolutePath));
        Assert.Equal(("ada", "ada", scope), (me.Text("name"), me.Text("submitter"), me.Text("scope")));
        Assert.Null(me.Text("key"));
        var key = await TestDashboard.SendAsync(http, HttpMethod.Post, "/api/v1/keys", new { scope = "read", owner = "ada" });
        Assert.Equal((HttpStatusCode.Forbidden, "access.scope"), (key.Status, key.Code));
        await TestDashboard.SendAsync(http, HttpMethod.Delete, "/api/v1/sign-in");
        Assert.Equal(HttpStatusCode.Unauthorized, (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/me")).Status);
    }

    [Theory]
    [InlineData("ada", "strangers")]
    [InlineData("", "makers")]
    [InlineData("two\nlines", "makers")]
    public async Task SignIn_OfSomebodyInNoGroup_OrWithoutAName_IsRefused(string name, string group)
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Somebody = (name, [group]);
        await using var host = await StartAsync(provider, everybody: null);
        using var http = new HttpClient { BaseAddress = host.Address };

        using var page = await http.GetAsync(new Uri(OpenIdConnectHosting.Begin, UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        await AssertIsFormAsync(page, "You have signed in at the lab, but are in no group");
        Assert.Equal(HttpStatusCode.Unauthorized, (await TestDashboard.SendAsync(http, HttpMethod.Get, "/api/v1/me")).Status);
    }

    [Fact]
    public async Task SignIn_AtAProviderThatIsAway_SaysSo()
    {
        var provider = await TestProvider.StartAsync();
        await using var host = await StartAsync(provider, everybody: null);
        await provider.DisposeAsync();
        using var http = new HttpClient { BaseAddress = host.Address };

        using var page = await http.GetAsync(new Uri(OpenIdConnectHosting.Begin, UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        await AssertIsFormAsync(page, "At present the lab does not answer.");
    }

    [Fact]
    public async Task SignIn_LeadsNowhereElse_AndACodeOfAnotherIsRefused()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Somebody = ("ada", ["makers"]);
        await using var host = await StartAsync(provider, everybody: null);
        using var http = new HttpClient { BaseAddress = host.Address };

        using var page = await http.GetAsync(new Uri($"{OpenIdConnectHosting.Begin}?to=//evil.example/", UriKind.Relative), Cancel);
        using var stolen = await new HttpClient { BaseAddress = host.Address }.GetAsync(new Uri("/sign-in/callback?code=abc&state=def", UriKind.Relative), Cancel);

        Assert.Equal((host.Address.Port, "/jobs"), (page.RequestMessage!.RequestUri!.Port, page.RequestMessage.RequestUri.AbsolutePath));
        Assert.Equal(HttpStatusCode.Forbidden, stolen.StatusCode);
        await AssertIsFormAsync(stolen, "You were not let in by the lab");
    }

    [Fact]
    public async Task Dashboard_WithoutAProvider_HasNothingOfIt()
    {
        await using var host = await DashboardHost.StartAsync(new DashboardOptions { Store = new MemoryStore(), Port = 0 }, Cancel);
        using var http = new HttpClient { BaseAddress = host.Address };
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(OpenIdConnectHosting.Begin, UriKind.Relative), Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("/sign-in/callback", UriKind.Relative), Cancel)).StatusCode);
        Assert.DoesNotContain(OpenIdConnectHosting.Begin, await http.GetStringAsync(new Uri("/sign-in", UriKind.Relative), Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://id.example.org", "atelier", "Atelier:OpenIdConnect:Authority is 'http://id.example.org'; allowed: an https address, such as https://id.example.org/realms/lab")]
    [InlineData("https://id.example.org", "", "Atelier:OpenIdConnect:ClientId is missing; allowed: the name that the provider has given the dashboard")]
    public async Task Settings_ThatCannotBe_AreRefusedInWords(string authority, string client, string message)
    {
        var settings = new OpenIdConnectSettings { Authority = authority, ClientId = client, Everybody = AccessScope.Read };
        var refused = await Assert.ThrowsAsync<InvalidInputException>(() => DashboardHost.StartAsync(new DashboardOptions { Store = new MemoryStore(), Port = 0, OpenIdConnect = settings }, Cancel));
        Assert.Equal(message, refused.Message);
    }

    [Fact]
    public void Settings_OfThePage_AreRead()
    {
        var page = File.ReadAllText(Path.Combine(OpenApi.OpenApiTests.Root(), "docs", "dashboard-access.md"));
        var json = page[page.IndexOf("```json\n", StringComparison.Ordinal)..][8..];
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json[..json.IndexOf("```", StringComparison.Ordinal)]));
        var options = DashboardSettings.Read(new ConfigurationBuilder().AddJsonStream(stream).Build(), null);
        var provider = options.OpenIdConnect!;
        provider.Check();
        Assert.Equal(
            ("https://id.example.org/realms/lab", "atelier", AccessScope.Submit, AccessScope.Admin, AccessScope.Read, TimeSpan.FromHours(10)),
            (provider.Authority, provider.ClientId, provider.Groups["makers"], provider.Groups["atelier-admins"], provider.Everybody!.Value, provider.Lifetime));
        Assert.Equal(["atelier.example.org"], options.Hosts);
    }

    // A person is shown it: words, and the form to begin again.
    private static async Task AssertIsFormAsync(HttpResponseMessage page, string words)
    {
        Assert.Equal(("text/html", "no-store"), (page.Content.Headers.ContentType!.MediaType, page.Headers.CacheControl!.ToString()));
        var html = await page.Content.ReadAsStringAsync(Cancel);
        Assert.Contains(words, html, StringComparison.Ordinal);
        Assert.Contains($"href=\"{OpenIdConnectHosting.Begin}", html, StringComparison.Ordinal);
    }

    private static Task<DashboardHost> StartAsync(TestProvider provider, AccessScope? everybody) => DashboardHost.StartAsync(
        new DashboardOptions
        {
            Store = new MemoryStore(),
            Port = 0,
            RequireSignIn = true,
            OpenIdConnect = new OpenIdConnectSettings
            {
                Authority = provider.Authority,
                Name = "the lab",
                ClientId = TestProvider.ClientId,
                ClientSecret = TestProvider.Secret,
                Groups = { ["makers"] = AccessScope.Submit, ["hall"] = AccessScope.Operate },
                Everybody = everybody,
            },
        },
        Cancel);
}

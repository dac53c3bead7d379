using System.Net;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Access;
using Atelier.Dataset.Access;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Atelier.Dashboard.Tests.Access;

/// <summary>Every endpoint of the API's own document, asked by everybody who might: what is forgotten here is refused to all but operators, and found.</summary>
public sealed class AccessMatrixTests(TestDashboard dashboard) : IClassFixture<TestDashboard>
{
    private static readonly string[] OfOwnJobs = ["pauseJob", "resumeJob", "cancelJob", "retryFailedJob", "changeJob", "deleteJob"];
    private static readonly string[] Submitting = ["createFile", "planJob", "createJob", "actOnJobs", .. OfOwnJobs];
    private static readonly string[] Open = ["isLive", "isReady", "signIn", "signOut"];
    private static readonly string[] OfKeys = ["listKeys", "createKey", "revokeKey"];

    [Fact]
    public async Task EveryEndpoint_AskedByEverybody_LetsInWhoMay()
    {
        await dashboard.StartAsync("own", 2, new JobScheduling { Submitter = "ada" });
        await dashboard.StartAsync("kept", 2, new JobScheduling { Submitter = "ada" });
        var who = new Dictionary<string, (AccessScope? Scope, HttpClient Http)>
        {
            ["none"] = (null, Keys.Client(dashboard.Address, null)),
            ["expired"] = (null, Keys.Client(dashboard.Address, await Keys.MakeAsync(dashboard.Store, AccessScope.Admin, lifetime: TimeSpan.FromDays(-1)))),
            ["foreign"] = (AccessScope.Submit, Keys.Client(dashboard.Address, await Keys.MakeAsync(dashboard.Store, AccessScope.Submit, "bo"))),
        };
        foreach (var scope in Enum.GetValues<AccessScope>())
            who[scope.ToString()] = (scope, Keys.Client(dashboard.Address, await Keys.MakeAsync(dashboard.Store, scope)));
        dashboard.Services.GetRequiredService<KeyRing>().Expire();
        var (cells, wrong) = (0, new List<string>());

        foreach (var (method, path, operation) in await OperationsAsync())
            foreach (var (name, (scope, http)) in who)
            {
                var filled = path.Replace("{job}", name == "foreign" || scope < AccessScope.Submit ? "kept" : "own", StringComparison.Ordinal)
                    .Replace("{key}", operation == "revokeKey" ? "000000000000" : "000000", StringComparison.Ordinal).Replace("{shard}", "0", StringComparison.Ordinal)
                    .Replace("{id}", "nobody", StringComparison.Ordinal).Replace("{file}", "none", StringComparison.Ordinal).Replace("{digest}", "none", StringComparison.Ordinal);
                using var request = new HttpRequestMessage(method, new Uri(filled, UriKind.Relative));
                if (operation == "changeJob") request.Content = new StringContent("{}", null, "application/json");
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
                var expected = Expected(operation, method, name, scope);
                var seen = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? response.StatusCode : HttpStatusCode.OK;
                cells++;
                // Signing in with nothing is refused for what was sent.
                if (seen != expected) wrong.Add($"{method} {path} by {name}: {(int)response.StatusCode}, expected {expected}");
            }

        foreach (var (_, http) in who.Values) http.Dispose();
        Assert.Empty(wrong);
        TestContext.Current.TestOutputHelper!.WriteLine($"{cells} cells");
        Assert.True(cells >= 250, $"{cells} cells");
    }

    [Fact]
    public async Task EveryPage_AskedByNobody_LeadsToTheForm_AndOnlyAFewAreOpen()
    {
        using var http = Keys.Client(dashboard.Address, null);
        http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        var open = new List<string>();
        foreach (var endpoint in dashboard.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var path = "/" + endpoint.RoutePattern.RawText!.Trim('/').Replace("{job}", "own", StringComparison.Ordinal).Replace("{key}", "000000", StringComparison.Ordinal).Replace("{*path:nonfile}", "nowhere", StringComparison.Ordinal);
            if (path.StartsWith("/api/", StringComparison.Ordinal) || endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == false) continue;
            using var response = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            if (response.StatusCode != HttpStatusCode.Redirect) open.Add(path);
            else Assert.StartsWith("/sign-in?to=", response.Headers.Location!.ToString(), StringComparison.Ordinal);
        }
        Assert.Equal(["/assets/{version}/{name}", "/health/live", "/health/ready", "/sign-in"], open.Order(StringComparer.Ordinal));
    }

    private static HttpStatusCode Expected(string operation, HttpMethod method, string name, AccessScope? scope)
    {
        if (Open.Contains(operation)) return HttpStatusCode.OK;
        if (scope is null) return HttpStatusCode.Unauthorized;
        var needed = OfKeys.Contains(operation) ? AccessScope.Admin
            : method == HttpMethod.Get ? AccessScope.Read
            : Submitting.Contains(operation) ? AccessScope.Submit
            : AccessScope.Operate;
        return scope < needed || (name == "foreign" && OfOwnJobs.Contains(operation)) ? HttpStatusCode.Forbidden : HttpStatusCode.OK;
    }

    private async Task<List<(HttpMethod Method, string Path, string Operation)>> OperationsAsync()
    {
        var document = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/openapi.json")).Json;
        var operations = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(one => (new HttpMethod(one.Name.ToUpperInvariant()), path.Name, one.Value.GetProperty("operationId").GetString()!)));
        // Last what ends the job.
        return [.. operations.OrderBy(one => one.Item3 is "cancelJob" ? 1 : one.Item3 is "deleteJob" ? 2 : 0), (HttpMethod.Get, "/api/v1/openapi.json", "document")];
    }
}

using System.Net;
using Atelier.Dashboard.Tests.Access;
using Atelier.Dataset.Access;
using Atelier.Dataset.Stores;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Dashboard;
using Orleans.TestingHost;

namespace Atelier.Dashboard.Tests.Cluster;

public sealed class OrleansPagesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Off_AsItIsByDefault_ThereIsNothing()
    {
        await using var host = await DashboardHost.StartAsync(new DashboardOptions { Store = new MemoryStore(), Port = 0 }, Cancel);
        using var http = new HttpClient { BaseAddress = host.Address };
        foreach (var path in new[] { "/orleans", "/orleans/", "/orleans/version", "/orleans/DashboardCounters" })
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(path, UriKind.Relative), Cancel)).StatusCode);
        Assert.DoesNotContain(host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>(), endpoint => endpoint.RoutePattern.RawText!.TrimStart('/').StartsWith("orleans", StringComparison.Ordinal));
    }

    [Fact]
    public async Task On_AllOfIt_IsRefusedWithoutTheScope()
    {
        var store = new MemoryStore();
        var key = await Keys.MakeAsync(store, AccessScope.Submit);
        await using var host = await DashboardHost.StartAsync(new DashboardOptions { Store = store, Port = 0, OrleansDashboard = true, RequireSignIn = true }, Cancel);
        using var nobody = Keys.Client(host.Address, null);
        using var maker = Keys.Client(host.Address, key);
        var count = 0;
        foreach (var endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(endpoint => endpoint.RoutePattern.RawText!.TrimStart('/').StartsWith("orleans", StringComparison.Ordinal)))
        {
            var path = new Uri("/" + string.Join('/', endpoint.RoutePattern.RawText!.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(part => part.StartsWith('{') ? "1" : part)), UriKind.Relative);
            Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(path, Cancel)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await maker.GetAsync(path, Cancel)).StatusCode);
            count++;
        }
        Assert.True(count > 10, $"{count} endpoints");
    }

    [Fact]
    public async Task On_WhileNoSiloAnswers_ItSaysSo()
    {
        await using var host = await DashboardHost.StartAsync(new DashboardOptions { Store = new MemoryStore(), Port = 0, OrleansDashboard = true }, Cancel);
        using var http = new HttpClient { BaseAddress = host.Address };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync(new Uri("/orleans/DashboardCounters", UriKind.Relative), Cancel)).StatusCode);
    }

    [Fact]
    public async Task On_ItAnswersWhoeverMayOperate()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.AddDashboard());
        await using var cluster = builder.Build();
        await cluster.DeployAsync(Cancel);
        var store = new MemoryStore();
        var key = await Keys.MakeAsync(store, AccessScope.Operate);
        await using var host = await DashboardHost.StartAsync(
            new DashboardOptions { Store = store, Port = 0, OrleansDashboard = true, RequireSignIn = true, Connect = _ => Task.FromResult<IGrainFactory>(cluster.Client) }, Cancel);
        using var http = Keys.Client(host.Address, key);
        while ((await TestDashboard.SendAsync(http, HttpMethod.Get, "/health/ready")).Status != HttpStatusCode.OK) await Task.Yield();

        using var page = await http.GetAsync(new Uri("/orleans/", UriKind.Relative), Cancel);
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        Assert.Contains("frame-ancestors 'none'", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        var counters = await TestDashboard.SendAsync(http, HttpMethod.Get, "/orleans/DashboardCounters");
        Assert.Equal(HttpStatusCode.OK, counters.Status);
        Assert.Equal(1, counters.Json.GetProperty("totalActiveHostCount").GetInt32());
    }
}

using Atelier.Dashboard.Access;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Pages;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Atelier.Dashboard;

/// <summary>A dashboard inside this process: web pages and the REST API, on a port of its own.</summary>
public sealed class DashboardHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DashboardHost(WebApplication app) => _app = app;

    /// <summary>Where it listens, such as <c>http://127.0.0.1:7380</c>.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>What it is made of.</summary>
    internal IServiceProvider Services => _app.Services;

    /// <summary>Starts a dashboard; it does not wait for the cluster.</summary>
    /// <param name="options">What it serves, and where.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<DashboardHost> StartAsync(DashboardOptions options, CancellationToken cancellationToken = default)
    {
        // No defaults: neither appsettings.json of the current folder nor the environment may reconfigure it.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(DashboardHost).Assembly.GetName().Name });
        var app = Build(builder, options);
        try
        {
            await app.StartAsync(cancellationToken);
            return new DashboardHost(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>What a dashboard consists of, in any host.</summary>
    internal static WebApplication Build(WebApplicationBuilder builder, DashboardOptions options)
    {
        options.Logging?.Invoke(builder.Logging);
        builder.AddAtelierServer(options);
        builder.AddAtelierCluster();
        builder.AddOrleansPages(options);
        builder.AddAtelierAccess(options);
        builder.AddAtelierApi();
        builder.AddAtelierPages();

        var app = builder.Build();
        app.UseAtelierProblems();
        app.UseAtelierAccess();
        app.MapAtelierApi();
        app.MapAtelierPages();
        app.MapOrleansPages();
        return app;
    }

    /// <summary>Ends open requests and gives the port back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

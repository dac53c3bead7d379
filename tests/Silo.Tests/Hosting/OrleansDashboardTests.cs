using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Atelier.Silo.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Atelier.Silo.Tests.Hosting;

/// <summary>The setting <c>Atelier:OrleansDashboard</c>, in a silo as its program makes it.</summary>
public sealed class OrleansDashboardTests : IDisposable
{
    // Internal there; whoever shows the dashboard of Orleans asks this grain.
    private static readonly Type Contract = Type.GetType("Orleans.Dashboard.Core.IDashboardGrain, Orleans.Dashboard", throwOnError: true)!;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Silo_WhoseSettingsSayNothing_HasNothingOfIt()
    {
        using var host = await StartAsync([]);
        await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(host));
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task Silo_ThatIsTold_AnswersWhatTheDashboardAsks()
    {
        using var host = await StartAsync([new("Atelier:OrleansDashboard", "true")]);
        await AskAsync(host);
        await host.StopAsync(Cancel);
    }

    private static Task AskAsync(IHost host) =>
        (Task)Contract.GetMethod("GetClusterTracing")!.Invoke(host.Services.GetRequiredService<IGrainFactory>().GetGrain(Contract, 0), [Cancel])!;

    private async Task<IHost> StartAsync(KeyValuePair<string, string?>[] more)
    {
        var (port, gateway) = (FreePort(), FreePort());
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(
        [
            new("Atelier:Store", Path.Combine(_folder.Path, "jobs")),
            new("Atelier:Workers", "0"),
            new("Orleans:Clustering:ProviderType", "Development"),
            new("Orleans:Clustering:PrimarySiloEndpoint", $"127.0.0.1:{port}"),
            new("Orleans:Endpoints:SiloPort", port),
            new("Orleans:Endpoints:GatewayPort", gateway),
            .. more,
        ]);
        builder.AddAtelierSilo();
        var host = builder.Build();
        await host.StartAsync(Cancel);
        return host;
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}

using System.Diagnostics;
using Atelier.Abstractions.Retries;
using Atelier.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Atelier.Chaos;

/// <summary>Silo processes, and a client of theirs that outlives them.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly Servers _servers;
    private IHost? _client;

    public Cluster(ChaosOptions options, Servers servers)
    {
        _servers = servers;
        Silos = [.. Enumerable.Range(1, options.Silos).Select(number =>
        {
            var (silo, gateway) = (Checkout.FreePort(), Checkout.FreePort());
            return new Victim($"silo {number}", Path.Combine(options.Folder, $"silo-{number}.log"), () => Silo(servers, silo, gateway));
        })];
    }

    /// <summary>The silos.</summary>
    public IReadOnlyList<Victim> Silos { get; }

    /// <summary>A client of the cluster.</summary>
    // All silos may be frozen or dead for a while; the people who give orders wait.
    private static readonly RetryOptions Patience = new() { MaxTries = 600 };

    public AtelierClient Client => new(_client!.Services.GetRequiredService<IClusterClient>(), retry: Patience);

    /// <summary>Starts all silos and waits until they are one cluster.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var silo in Silos) silo.Start();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client =>
        {
            client.UseRedisClustering(_servers.Redis);
            client.UseConnectionRetryFilter(async (_, cancel) =>
            {
                await Task.Delay(500, cancel);
                return true;
            });
        });
        _client = builder.Build();
        await _client.StartAsync(cancellationToken);
        var management = _client.Services.GetRequiredService<IClusterClient>().GetGrain<IManagementGrain>(0);
        while ((await management.GetHosts(onlyActive: true, cancellationToken)).Count < Silos.Count) await Task.Delay(200, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in Silos) silo.Dispose();
        if (_client is null) return;
        // Its silos are gone, so that it cannot take leave of them.
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _client.StopAsync(now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
    }

    private static ProcessStartInfo Silo(Servers servers, int siloPort, int gatewayPort)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Checkout.Binaries, "Atelier.Silo.dll")]) { WorkingDirectory = Checkout.Root };
        start.Environment["ConnectionStrings__redis"] = servers.Redis;
        // The same address whenever it is started again, as on a machine of its own.
        start.Environment["Orleans__Endpoints__SiloPort"] = $"{siloPort}";
        start.Environment["Orleans__Endpoints__GatewayPort"] = $"{gatewayPort}";
        start.Environment["Atelier__Store"] = servers.Store;
        start.Environment["Atelier__Models"] = Path.Combine(Checkout.Root, "models");
        start.Environment["Atelier__Workers"] = "1";
        start.Environment["Atelier__StopOnInputEnd"] = "true";
        start.Environment["Logging__LogLevel__Orleans"] = "Error";
        start.Environment["Logging__Console__FormatterName"] = "simple";
        start.Environment["Logging__Console__FormatterOptions__SingleLine"] = "true";
        return start;
    }
}

using System.Net;
using System.Net.Sockets;
using Atelier.Dataset.Stores;
using Atelier.Silo.Models;
using Atelier.Silo.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Atelier.Silo.Hosting;

/// <summary>A cluster of one silo inside this process, on loopback and on ports that were free; several may run side by side.</summary>
public static class EmbeddedSilo
{
    /// <summary>Builds the host; the caller starts and stops it.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="workers">Workers to run.</param>
    /// <param name="logging">Where logs go; by default nowhere.</param>
    public static IHost Build(IStore store, WorkerOptions workers, Action<ILoggingBuilder>? logging = null)
    {
        // No defaults: neither appsettings.json of the current folder nor the environment may reconfigure a local run.
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        logging?.Invoke(builder.Logging);
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton(workers);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new ModelLibrary(workers.Models));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromMinutes(1));
        builder.UseOrleans(silo =>
        {
            var (siloPort, gatewayPort) = FreePorts();
            silo.UseLocalhostClustering(siloPort, gatewayPort);
            silo.Configure<EndpointOptions>(options =>
            {
                options.AdvertisedIPAddress = IPAddress.Loopback;
                options.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, siloPort);
                options.GatewayListeningEndpoint = new IPEndPoint(IPAddress.Loopback, gatewayPort);
            });
        });
        builder.Services.AddHostedService<WorkerService>();
        return builder.Build();
    }

    private static (int Silo, int Gateway) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }
}

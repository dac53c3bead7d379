using System.Net;
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
    /// <param name="coming">What the workers will be asked for first: it is made ready while the silo starts.</param>
    public static IHost Build(IStore store, WorkerOptions workers, Action<ILoggingBuilder>? logging = null, ComingWork? coming = null)
    {
        var models = new ModelLibrary(workers, store);
        if (coming is not null) models.Prepare(coming, WorkerDevices.Check(workers, models));
        // No defaults: neither appsettings.json of the current folder nor the environment may reconfigure a local run.
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        logging?.Invoke(builder.Logging);
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton(TimeProvider.System);
        // Made by the container, as it seems to it, and so disposed by it.
        builder.Services.AddSingleton<IModelProvider>(_ => models);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = SiloHosting.ShutdownTimeout);
        builder.UseOrleans(silo =>
        {
            var ports = FreePorts.Find(2);
            silo.UseLocalhostClustering(ports[0], ports[1]);
            silo.Configure<EndpointOptions>(options =>
            {
                options.AdvertisedIPAddress = IPAddress.Loopback;
                options.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, ports[0]);
                options.GatewayListeningEndpoint = new IPEndPoint(IPAddress.Loopback, ports[1]);
            });
        });
        builder.Services.AddWorkers(workers);
        return builder.Build();
    }
}

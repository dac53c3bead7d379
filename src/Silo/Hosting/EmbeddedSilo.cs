using System.Net;
using Atelier.Abstractions.Doors;
using Atelier.Dataset.Stores;
using Atelier.Silo.Devices;
using Atelier.Silo.Doors;
using Atelier.Silo.Leasing;
using Atelier.Silo.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Atelier.Silo.Hosting;

/// <summary>
/// A cluster of one silo inside this process; several may run side by side. Nobody else can talk to it: it has no gateway, and its port on loopback,
/// which Orleans cannot do without, answers only to a key that this process made and keeps.
/// </summary>
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
        var key = ClusterKey.Create();
        builder.UseOrleans(silo =>
        {
            var port = FreePorts.Find(1)[0];
            silo.UseLocalhostClustering(port, gatewayPort: 0);
            silo.Configure<EndpointOptions>(options =>
            {
                options.AdvertisedIPAddress = IPAddress.Loopback;
                options.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, port);
            });
            ConnectionLimit.AddTo(silo);
            key.Guard(silo);
        });
        builder.Services.AddWorkers(workers);
        return builder.Build();
    }
}

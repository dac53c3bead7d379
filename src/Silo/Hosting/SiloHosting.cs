using Atelier.Abstractions;
using Atelier.Dataset.Stores;
using Atelier.Diffusion.Models;
using Atelier.Grains.Dispatch;
using Atelier.Input;
using Atelier.ServiceDefaults;
using Atelier.Silo.Doors;
using Atelier.Silo.Fleet;
using Atelier.Silo.Leasing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Dashboard;

namespace Atelier.Silo.Hosting;

/// <summary>A silo and its workers, as configuration describes them.</summary>
public static class SiloHosting
{
    private const string MembershipSection = "Orleans:Membership";
    private const string Redis = "redis";

    // Measured: a killed silo is declared dead within 2.7 to 4.4 s, a frozen one within 9.3 s.
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxProbeTimeout = TimeSpan.FromSeconds(3);
    // A joining silo waits for all that are not declared dead, until three of these are missed.
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(4);

    /// <summary>How long a silo may take to drain its workers and to leave.</summary>
    internal static readonly TimeSpan ShutdownTimeout = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Adds the silo. Orleans reads <c>Orleans:Clustering</c> and its other sections itself: with <c>ConnectionStrings:redis</c> alone, membership
    /// is kept there; without, the silo is a cluster of its own. Everything else is in <see cref="SiloOptions"/>.
    /// </summary>
    /// <param name="builder">The host, its configuration read.</param>
    /// <exception cref="InvalidInputException">A setting cannot be used; the message names it.</exception>
    public static void AddAtelierSilo(this IHostApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(SiloOptions.Section).Get<SiloOptions>() ?? new SiloOptions();
        if (options.Workers is < 0 or > 256)
            throw new InvalidInputException($"{SiloOptions.Section}:{nameof(SiloOptions.Workers)} is '{options.Workers}'; allowed: 0 to 256");
        if (options.ModelsInMemory < 1)
            throw new InvalidInputException($"{SiloOptions.Section}:{nameof(SiloOptions.ModelsInMemory)} is '{options.ModelsInMemory}'; allowed: 1 or more");
        if (Descriptors.Problem is { } few) throw new InvalidInputException(few);
        builder.AddServiceDefaults("atelier-silo");
        // Orleans retries the placement of grains by Polly, which tells of every success too.
        builder.Logging.AddFilter("Polly", LogLevel.Warning);
        // Said by configuration, as Aspire does: by code as well, every call would be traced twice.
        builder.Configuration.AddInMemoryCollection([new("Orleans:EnableDistributedTracing", "true")]);
        builder.Services.AddHealthChecks().AddCheck<StoreGate>("store", tags: [TelemetryHosting.Ready]);
        var store = StoreLocation.Parse(options.Store);
        var key = options.ClusterKey is { } file ? ClusterKeyFile.Read(file, $"{SiloOptions.Section}:{nameof(SiloOptions.ClusterKey)}") : null;
        var redis = builder.Configuration.GetConnectionString(Redis);
        if (redis is not null && builder.Configuration["Orleans:Clustering:ProviderType"] is null or "Redis")
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Orleans:Clustering:ProviderType"] = "Redis",
                ["Orleans:Clustering:ConnectionName"] = Redis,
                // Aspire names a service of the host here, which silos do not have; without it Orleans takes the connection string.
                ["Orleans:Clustering:ServiceKey"] = "",
            });
        }

        if (redis is not null)
        {
            var membership = RedisConnection.Parse(redis, $"ConnectionStrings:{Redis}");
            builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<MembershipGate>(services, membership));
        }
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton(store.OpenUntried());
        builder.Services.AddSingleton<StoreGate>();
        builder.Services.AddHostedService(services => services.GetRequiredService<StoreGate>());
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.Configure<DispatchOptions>(dispatch => dispatch.ResumeJobs = true);
        builder.UseOrleans(silo =>
        {
            if (builder.Configuration["Orleans:Clustering:ProviderType"] is null) silo.UseLocalhostClustering();
            silo.Services.AddOptions<EndpointOptions>().PostConfigure(endpoints =>
            {
                SiloEndpoints.Complete(endpoints, builder.Configuration);
                SiloEndpoints.Check(endpoints, options, redis);
            });
            silo.AddAtelierGrains();
            ConnectionLimit.AddTo(silo);
            key?.Guard(silo);
            // It measures every call.
            if (options.OrleansDashboard) silo.AddDashboard(shown => shown.HideTrace = true);
            silo.Services.Configure<ClusterMembershipOptions>(builder.Configuration.GetSection(MembershipSection));
        });
        builder.Services.AddSingleton<OfferedModels>();
        builder.Services.AddWorkers(new WorkerOptions
        {
            Count = options.Workers,
            Models = ModelFolders(options.Models),
            Devices = options.Devices,
            Precision = options.Precision,
            ModelsInMemory = options.ModelsInMemory,
            ModelCache = options.ModelCache,
        });
        if (redis is not null) builder.Services.AddHostedService<MembershipGuard>();
        if (options.StopOnInputEnd) builder.Services.AddHostedService<InputEnd>();
    }

    /// <summary>Runs the silo until it is told to stop, or a part of it fails, which is thrown: the host would end as if all were well.</summary>
    /// <param name="host">The silo; disposed at the end.</param>
    public static async Task RunSiloAsync(this IHost host)
    {
        var parts = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        try
        {
            await host.RunAsync();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It was told to stop while it still waited for a server.
        }
        foreach (var part in parts)
            if (part.ExecuteTask is { IsFaulted: true } failed) await failed;
    }

    /// <summary>How every silo treats its grains.</summary>
    internal static void AddAtelierGrains(this ISiloBuilder silo)
    {
#pragma warning disable ORLEANSEXP003 // The default directory ends activations on living silos when the silo dies that registered them.
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        // Grains of a dead silo live again at once, not after 20 s in which it might not know yet that it is dead: all grains bear to exist twice.
        silo.Services.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.Zero);
        silo.Services.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = ResponseTimeout);
        silo.Services.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = ProbeTimeout;
            membership.MaxProbeTimeout = MaxProbeTimeout;
            membership.IAmAliveTablePublishTimeout = SignOfLife;
        });
    }

    private static Dictionary<string, string> ModelFolders(string root) => Directory.Exists(root)
        ? Directory.EnumerateDirectories(Path.GetFullPath(root)).Where(ModelFolder.IsOne).ToDictionary(folder => Path.GetFileName(folder))
        : [];
}

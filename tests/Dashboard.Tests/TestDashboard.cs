using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Stores;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Atelier.Dashboard.Tests;

/// <summary>A dashboard on a free port of loopback, with a cluster of one silo on an in-memory store; tests play the workers.</summary>
public sealed class TestDashboard : IAsyncLifetime
{
    private InProcessTestCluster? _cluster;
    private DashboardHost? _host;

    public MemoryStore Store { get; } = new();

    public static JobSpec Spec { get; } = new() { Model = "shapes", ModelDigest = new string('a', 64), ShardSize = 2, BatchSize = 2 };

    public IGrainFactory Grains => _cluster!.Client;

    public Uri Address => _host!.Address;

    /// <summary>Asks the API.</summary>
    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.Services.AddSingleton<IStore>(Store).AddSingleton(TimeProvider.System));
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        _host = await DashboardHost.StartAsync(new DashboardOptions { Store = Store, Port = 0, Connect = _ => Task.FromResult<IGrainFactory>(_cluster.Client) });
        Http = new HttpClient { BaseAddress = _host.Address };
        while ((await Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode != System.Net.HttpStatusCode.OK) await Task.Yield();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_host is not null) await _host.DisposeAsync();
        if (_cluster is not null) await _cluster.DisposeAsync();
    }
}

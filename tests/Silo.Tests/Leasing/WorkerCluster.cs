using Atelier.Abstractions.Fleet;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dataset.Stores;
using Atelier.Silo.Hosting;
using Atelier.Silo.Leasing;
using Atelier.Simulation;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Atelier.Silo.Tests.Leasing;

/// <summary>A silo with the real grains and workers, simulated devices, and a store that can be made to fail.</summary>
internal sealed class WorkerCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    public WorkerCluster(SimulationOptions simulation, int workers = 1, MemoryStore? files = null)
    {
        Files = files ?? new MemoryStore();
        Store = new StoreWithFaults(Files);
        // Only waiting takes time.
        var time = new FastTime(20);
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureClient(client => client.AddActivityPropagation());
        builder.ConfigureSilo((_, silo) => silo.AddActivityPropagation().Services
            .AddSingleton<IStore>(Store)
            .AddSingleton<TimeProvider>(time)
            .AddSimulatedModels(simulation with { Wait = simulation.Wait + time.Wait })
            .AddWorkers(new WorkerOptions { Count = workers, Models = new Dictionary<string, string>() }));
        _cluster = builder.Build();
    }

    public MemoryStore Files { get; }

    public StoreWithFaults Store { get; }

    public IFleetGrain Fleet => _cluster.Client.GetGrain<IFleetGrain>(0);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static JobSpec Spec { get; } = new() { Model = "simulated", ModelDigest = new string('a', 64), Steps = 10, BatchSize = 2, ShardSize = 4 };

    public Task<IJobGrain> StartAsync(params string[] prompts) => StartAsync(Spec, prompts);

    public async Task<IJobGrain> StartAsync(JobSpec spec, params string[] prompts)
    {
        await _cluster.DeployAsync();
        var job = _cluster.Client.GetGrain<IJobGrain>("job");
        await job.Create(spec);
        await job.Append(0, [.. prompts.Select((prompt, i) => new PromptRow { Index = i, Prompt = prompt })]);
        await job.Start(prompts.Length);
        return job;
    }

    /// <summary>Watches the job to its end.</summary>
    public static async Task<JobProgress> EndAsync(IJobGrain job) => await job.Watch().LastAsync(Cancel);

    /// <summary>Stops the silo as SIGTERM does.</summary>
    public Task StopAsync() => _cluster.StopAllSilosAsync();

    public async Task<List<string>> FilesAsync(string folder) =>
        await Files.ListAsync($"job/{folder}/", Cancel).Select(entry => entry.Path).ToListAsync(Cancel);

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();
}

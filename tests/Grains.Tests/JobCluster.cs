using System.Collections.Immutable;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Abstractions.Shards;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Stores;
using Atelier.Grains.Dispatch;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Core.Internal;
using Orleans.TestingHost;

namespace Atelier.Grains.Tests;

/// <summary>A silo with the real grains on an in-memory store; tests play the workers.</summary>
public sealed class JobCluster : IAsyncLifetime
{
    private InProcessTestCluster? _cluster;

    public FaultyStore Store { get; init; } = new();

    public short Silos { get; init; } = 1;

    public bool ResumeJobs { get; init; }

    /// <summary>How long a call for work waits.</summary>
    public TimeSpan Wait { get; init; }

    public InProcessTestCluster Cluster => _cluster!;

    public static WorkerInfo Worker { get; } = new(Guid.NewGuid(), "test", "cpu");

    public static DecidedBy Ann { get; } = new("ann@hall");

    public static JobSpec Spec { get; } = new() { Model = "shapes", ModelDigest = new string('a', 64), ShardSize = 2, BatchSize = 2 };

    public IGrainFactory Grains => _cluster!.Client;

    public IDispatcherGrain Dispatcher => Grains.GetGrain<IDispatcherGrain>(0);

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(Silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<IStore>(Store).AddSingleton(TimeProvider.System);
            silo.Services.Configure<DispatchOptions>(options => (options.ResumeJobs, options.Wait) = (ResumeJobs, Wait));
            silo.Configure<ClusterMembershipOptions>(options => (options.ProbeTimeout, options.MaxProbeTimeout) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)));
#pragma warning disable ORLEANSEXP003 // The default directory forgets grains of surviving silos when another dies.
            silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    public IJobsGrain Jobs => Grains.GetGrain<IJobsGrain>(0);

    public IJobGrain Job(string id) => Grains.GetGrain<IJobGrain>(id);

    /// <summary>A started job of some rows.</summary>
    public async Task<IJobGrain> StartAsync(string id, int rows, JobSpec? spec = null)
    {
        var job = Job(id);
        await job.Create(spec ?? Spec);
        await job.Append(0, Rows(rows));
        await job.Start(rows);
        return job;
    }

    /// <summary>A lease of the job; waits out the pause that a new activation makes before it leases.</summary>
    public static async Task<WorkLease> LeaseAsync(IJobGrain job, WorkerInfo? worker = null)
    {
        WorkLease? lease;
        while ((lease = await job.Lease(worker ?? Worker)) is null) await Task.Yield();
        return lease;
    }

    /// <summary>Does all that is left of a job.</summary>
    public static async Task FinishAsync(IJobGrain job)
    {
        while (!(await job.GetProgress()).IsFinal)
        {
            if (await job.Lease(Worker) is not { } lease) continue;
            if (lease.Kind == WorkKind.Draw) await job.Commit(lease, Stats(lease));
            await job.Complete(lease);
        }
    }

    /// <summary>Whether a lease is wanted still.</summary>
    public static async Task<bool> BeatAsync(IJobGrain job, WorkLease lease, WorkProgress progress) => (await job.Heartbeat([new LeaseProgress(lease, progress)])).IsEmpty;

    /// <summary>Ends the activation, as the loss of its silo would.</summary>
    public static async Task ForgetAsync(IJobGrain job)
    {
        await DeactivateAsync(job);
        // The next call waits for the old activation to be gone and meets a new one.
        while ((await job.GetProgress()).Status == JobStatus.Recovering) await Task.Yield();
    }

    public static async Task DeactivateAsync(IJobGrain job) => await job.Cast<IGrainManagementExtension>().DeactivateOnIdle();

    public static ImmutableArray<PromptRow> Rows(int count, int first = 0) =>
        [.. Enumerable.Range(0, count).Select(i => new PromptRow { Index = first + i, Prompt = $"prompt {i}" })];

    public static ShardStats Stats(WorkLease lease, int failed = 0) => new()
    {
        Shard = lease.Shard,
        Incarnation = lease.Incarnation,
        Attempt = lease.Id,
        FirstSample = 2L * lease.Shard,
        Samples = 2,
        Failed = failed,
        Truncated = 0,
        Errors = new Dictionary<string, int>(),
        TarSha256 = "",
        TarBytes = 0,
        ParquetSha256 = "",
        ParquetBytes = 0,
        NumericsClass = "",
    };
}

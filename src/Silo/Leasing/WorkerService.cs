using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Stores;
using Atelier.Silo.Devices;
using Atelier.Silo.Fleet;
using Atelier.Silo.Hosting;
using Atelier.Silo.Models;
using Atelier.Silo.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Leasing;

/// <summary>Runs this process's workers. Registered after Orleans, so that it stops first, while grains can still be told.</summary>
/// <param name="options">Which workers.</param>
/// <param name="silo">This silo, whose death ends its workers' leases.</param>
/// <param name="grains">The cluster.</param>
/// <param name="store">Where jobs live.</param>
/// <param name="time">The time.</param>
/// <param name="logger">For the workers.</param>
/// <param name="fleet">Told of the workers.</param>
/// <param name="models">Where models come from; by default the folders of the options, and the store.</param>
/// <param name="gate">Workers ask for nothing until the store was reached.</param>
internal sealed class WorkerService(
    WorkerOptions options, ILocalSiloDetails silo, IGrainFactory grains, IStore store, TimeProvider time, ILogger<Worker> logger, SiloWorkers fleet,
    IModelProvider? models = null, StoreGate? gate = null) : BackgroundService
{
    private readonly IModelProvider _models = models ?? new ModelLibrary(options, store);
    private IReadOnlyList<string> _devices = [];

    /// <exception cref="Abstractions.InvalidInputException">This machine does not have what the options ask for; the host does not start.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _devices = WorkerDevices.Check(options, _models);
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        if (models is null) (_models as IDisposable)?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        if (gate is not null) await gate.Open.WaitAsync(stoppingToken);
        await using var heartbeats = new LeaseHeartbeats((job, leases) => grains.GetGrain<IJobGrain>(job).Heartbeat(leases), time, logger);
        var workers = _devices
            .Select((device, number) => new WorkerInfo(Guid.NewGuid(), $"{Environment.MachineName}/{Environment.ProcessId}/{number}", device) { Silo = silo.SiloAddress.ToParsableString() })
            .Select(info => new Worker(info, grains, store, _models, heartbeats, time, logger))
            .ToList();
        fleet.Set(workers);
        using var watch = WorkerMetrics.Watch(() => workers.Select(worker => worker.StateName));
        try
        {
            await Task.WhenAll(workers.Select(worker => worker.RunAsync(stoppingToken)));
        }
        finally
        {
            foreach (var worker in workers) worker.Dispose();
        }
    }
}

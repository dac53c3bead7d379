using Atelier.Abstractions.Workers;
using Atelier.Dataset.Stores;
using Atelier.Silo.Hosting;
using Atelier.Silo.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Workers;

/// <summary>Runs this process's workers. Registered after Orleans, so that it stops first, while grains can still be told.</summary>
internal sealed class WorkerService(
    WorkerOptions options, ILocalSiloDetails silo, IGrainFactory grains, IStore store, ModelLibrary models, TimeProvider time, ILogger<Worker> logger,
    StoreGate? gate = null) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        if (gate is not null) await gate.Open.WaitAsync(stoppingToken);
        var workers = Enumerable.Range(0, options.Count)
            .Select(number => new WorkerInfo(Guid.NewGuid(), $"{Environment.MachineName}/{Environment.ProcessId}/{number}", "cpu") { Silo = silo.SiloAddress.ToParsableString() })
            .Select(info => new Worker(info, grains, store, models, time, logger))
            .ToList();
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

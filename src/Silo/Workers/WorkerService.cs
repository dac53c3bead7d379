using Atelier.Abstractions.Workers;
using Atelier.Dataset.Stores;
using Atelier.Silo.Hosting;
using Atelier.Silo.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Workers;

/// <summary>Runs this process's workers. Registered after Orleans, so that it stops first, while grains can still be told.</summary>
/// <param name="options">Which workers.</param>
/// <param name="grains">The cluster.</param>
/// <param name="store">Where jobs live.</param>
/// <param name="time">The time.</param>
/// <param name="logger">For the workers.</param>
/// <param name="models">Where models come from; by default the folders of the options.</param>
internal sealed class WorkerService(
    WorkerOptions options, IGrainFactory grains, IStore store, TimeProvider time, ILogger<Worker> logger, IModelProvider? models = null)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var library = models is null ? new ModelLibrary(options.Models) : null;
        var workers = Enumerable.Range(0, options.Count)
            .Select(number => new WorkerInfo(Guid.NewGuid(), $"{Environment.MachineName}/{Environment.ProcessId}/{number}", "cpu"))
            .Select(info => new Worker(info, grains, store, models ?? library!, time, logger))
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

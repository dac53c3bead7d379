using Atelier.Abstractions.Fleet;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Fleet;

/// <summary>Tells the fleet every two seconds what the workers of this silo do, and them what they are to do.</summary>
/// <param name="workers">The workers.</param>
/// <param name="silo">This silo.</param>
/// <param name="grains">The cluster.</param>
/// <param name="time">The time.</param>
/// <param name="logger">Told of reports that are lost.</param>
/// <param name="models">The models that others may name; null where nobody else is there to name one, and reading every byte of them would be in vain.</param>
internal sealed partial class FleetReporter(
    IWorkerStates workers, ILocalSiloDetails silo, IGrainFactory grains, TimeProvider time, ILogger<FleetReporter> logger, OfferedModels? models = null)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        if (models is not null) _ = Task.Factory.StartNew(() => models.Read(stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var address = silo.SiloAddress.ToParsableString();
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                workers.Obey(await grains.GetGrain<IFleetGrain>(0).Report(new SiloReport(address, workers.Look()) { Models = models?.Known ?? [] }));
            }
            catch (Exception lost) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it is, the workers work on, and the next report may arrive.
                LogNoReport(lost);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Debug, "A report about this silo's workers is lost")]
    private partial void LogNoReport(Exception exception);
}

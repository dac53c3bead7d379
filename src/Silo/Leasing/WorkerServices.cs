using Atelier.Silo.Fleet;
using Atelier.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Atelier.Silo.Leasing;

/// <summary>Adds workers to a silo.</summary>
public static class WorkerServices
{
    /// <summary>
    /// Runs workers beside the silo, which tell the fleet what they do and do what they are told. The host also needs an
    /// <see cref="Dataset.Stores.IStore"/> and a <see cref="TimeProvider"/>, and Orleans added before, so that workers stop first. It does not start
    /// where the machine lacks what the options ask for.
    /// </summary>
    /// <param name="services">Services of the host.</param>
    /// <param name="options">Which workers.</param>
    public static IServiceCollection AddWorkers(this IServiceCollection services, WorkerOptions options) =>
        services.AddSingleton(options)
            .AddSingleton<SiloWorkers>().AddSingleton<IWorkerStates>(provider => provider.GetRequiredService<SiloWorkers>()).AddHostedService<FleetReporter>()
            .AddHostedService<WorkerService>();
}

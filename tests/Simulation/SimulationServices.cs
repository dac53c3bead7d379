using Atelier.Silo.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Atelier.Simulation;

/// <summary>Puts simulated models in the place of real ones.</summary>
public static class SimulationServices
{
    /// <summary>The workers of this host draw noise, in the time and with the failures of the options. libtorch is never loaded.</summary>
    /// <param name="services">Services of a host with workers.</param>
    /// <param name="options">How the devices behave.</param>
    public static IServiceCollection AddSimulatedModels(this IServiceCollection services, SimulationOptions options) =>
        services.AddSingleton<IModelProvider>(new SimulatedModels(options));
}

using Atelier.Silo.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Atelier.Simulation;

/// <summary>Puts simulated models, or models that are watched, in the place of a machine's own.</summary>
public static class SimulationServices
{
    /// <summary>The workers of this host draw noise, in the time and with the failures of the options. libtorch is never loaded.</summary>
    /// <param name="services">Services of a host with workers.</param>
    /// <param name="options">How the devices behave.</param>
    public static IServiceCollection AddSimulatedModels(this IServiceCollection services, SimulationOptions options) =>
        services.AddSingleton<IModelProvider>(new SimulatedModels(options));

    /// <summary>The workers of this host draw with the models that its worker options name, and a log is told of it.</summary>
    /// <param name="services">Services of a host with workers.</param>
    /// <param name="log">The log, of the same options; holds the models when the host has stopped.</param>
    public static IServiceCollection AddLoggedModels(this IServiceCollection services, DrawLog log) =>
        services.AddSingleton<IModelProvider>(new LoggedModels(log));
}

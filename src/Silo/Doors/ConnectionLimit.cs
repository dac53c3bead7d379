using Atelier.Input;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Atelier.Silo.Doors;

/// <summary>
/// Closes connections beyond a number at once, so that whoever opens thousands that say nothing leaves the silo its file descriptors.
/// </summary>
internal sealed partial class ConnectionLimit(int max, ILogger<ConnectionLimit> logger)
{
    // Files, devices and the rest of the silo need the others.
    private const int PartOfDescriptors = 4;
    private const int Fewest = 32;
    private const int Most = 4096;
    private int _open;

    /// <summary>How many connections a process with so many descriptors may have at a time.</summary>
    public static int For(long descriptors) => (int)Math.Clamp(descriptors / PartOfDescriptors, Fewest, Most);

    /// <summary>Sets the limit for what silos and clients open.</summary>
    public static void AddTo(ISiloBuilder silo) => silo.Services.AddOptions<SiloConnectionOptions>().Configure<ILogger<ConnectionLimit>>((options, logger) =>
    {
        var limit = new ConnectionLimit(For(Descriptors.Max), logger);
        options.ConfigureSiloInboundConnection(limit.Apply);
        options.ConfigureGatewayInboundConnection(limit.Apply);
    });

    private void Apply(IConnectionBuilder connections) => connections.Use(next => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= max)
            {
                await next(connection);
                return;
            }
            LogRefused(max);
            connection.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    });

    [LoggerMessage(LogLevel.Warning, "A connection was closed: there are {Max} already")]
    private partial void LogRefused(int max);
}

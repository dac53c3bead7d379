using Atelier.Dataset.Stores;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Atelier.Silo.Hosting;

/// <summary>
/// Tries the store when the silo starts. A store that cannot be used as it is set ends the silo; one that cannot be reached is waited for, and
/// workers ask for no work until it is.
/// </summary>
internal sealed partial class StoreGate(StoreLocation location, TimeProvider time, ILogger<StoreGate> logger) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the store has been reached.</summary>
    public Task Open => _open.Task;

    /// <summary>Whether the store has been reached. That it is away later is the jobs' to say: a silo that was not ready then would have no one to wait for it.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_open.Task.IsCompleted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"the store {location} was not reached yet"));

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!_open.Task.IsCompleted)
        {
            await Task.Delay(RetryPause, time, stoppingToken);
            await TryAsync(stoppingToken);
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await location.OpenAsync(cancellationToken);
            LogOpen(location);
            _open.TrySetResult();
        }
        catch (IOException unreachable)
        {
            LogUnreachable(location, unreachable.Message, RetryPause.TotalSeconds);
        }
    }

    [LoggerMessage(LogLevel.Information, "The store is {Store}")]
    private partial void LogOpen(StoreLocation store);

    [LoggerMessage(LogLevel.Warning, "The store {Store} cannot be reached, trying again every {Seconds} s: {Reason}")]
    private partial void LogUnreachable(StoreLocation store, string reason, double seconds);
}

using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Atelier.ServiceDefaults;

/// <summary>Whether the program has started, and has not begun to stop.</summary>
internal sealed class StartedCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        lifetime.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("it stops")
        : lifetime.ApplicationStarted.IsCancellationRequested ? HealthCheckResult.Healthy()
        : HealthCheckResult.Unhealthy("it starts"));
}

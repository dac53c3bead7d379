using Atelier.Dashboard.Cluster;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Atelier.Dashboard.Health;

/// <summary>Whether a silo answers, where one is wanted.</summary>
internal sealed class ClusterCheck(ClusterLink cluster) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Look(cluster));

    /// <summary>The same, asked at once.</summary>
    public static HealthCheckResult Look(ClusterLink cluster) => cluster.Client is not null || !cluster.IsWanted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("no silo answers");
}

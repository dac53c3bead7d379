using Atelier.Dashboard.Access;
using Atelier.Dashboard.Cluster;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Atelier.Dashboard.Health;

/// <summary>Whether the program lives, and whether it can serve everything.</summary>
internal static class HealthApi
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").ForEverybody().WithTags("health");
        health.MapGet("/live", () => TypedResults.Ok(new HealthState("live", null))).WithName("isLive").WithSummary("Whether the program lives.");
        health.MapGet("/ready", Ready).WithName("isReady").WithSummary("Whether it can serve everything.").Produces<HealthState>(StatusCodes.Status503ServiceUnavailable);
    }

    private static Results<Ok<HealthState>, JsonHttpResult<HealthState>> Ready(ClusterLink cluster) => ClusterCheck.Look(cluster) is { Status: HealthStatus.Unhealthy, Description: var reason }
        ? TypedResults.Json(new HealthState("waiting", reason), statusCode: StatusCodes.Status503ServiceUnavailable)
        : TypedResults.Ok(new HealthState("ready", null));
}

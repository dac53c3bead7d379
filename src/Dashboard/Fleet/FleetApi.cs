using Atelier.Abstractions;
using Atelier.Abstractions.Fleet;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Fleet;

/// <summary>The workers of the cluster, and what they are told.</summary>
internal static class FleetApi
{
    public static void MapFleet(this IEndpointRouteBuilder api)
    {
        var fleet = api.MapGroup("/fleet").WithTags("fleet");
        fleet.MapGet("", GetAsync).WithName("getFleet").WithSummary("The workers, as they said two seconds ago or so.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        foreach (var told in FleetSteering.Orders)
        {
            Map("workers", "Worker", "worker.unknown", "Tells a worker");
            Map("silos", "Silo", "silo.unknown", "Tells all workers of a silo");

            void Map(string kind, string name, string unknown, string tells) => fleet.MapPost(
                $"/{kind}/{{id}}/{told.Word}",
                (string id, ReasonRequest? request, FleetSteering steering, HttpContext context, CancellationToken cancellationToken) =>
                    OrderAsync(id, told, request?.Reason, unknown, steering, Caller.Of(context), cancellationToken))
                .WithName($"{told.Word}{name}").WithSummary($"{tells} {told.Summary}.").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<Ok<FleetView>> GetAsync(ClusterLink cluster, JobList jobs, CancellationToken cancellationToken)
    {
        var fleet = await cluster.AskAsync((client, cancel) => client.GetFleetAsync(cancel), cancellationToken);
        return TypedResults.Ok(FleetView.Of(fleet, await jobs.ReadAllAsync(cancellationToken)));
    }

    private static async Task<NoContent> OrderAsync(
        string id, (string Word, WorkerOrder Order, string Summary) told, string? reason, string unknown, FleetSteering steering, string name, CancellationToken cancellationToken)
    {
        try
        {
            await steering.OrderAsync(id, told, reason, name, cancellationToken);
        }
        catch (InvalidInputException refused)
        {
            throw ProblemException.NotFound(unknown, refused.Message);
        }
        return TypedResults.NoContent();
    }
}

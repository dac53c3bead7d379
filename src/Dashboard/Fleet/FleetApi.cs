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
    private static readonly (string Word, WorkerOrder Order, string Summary)[] Orders =
    [
        ("drain", WorkerOrder.Draining, "to give back what they have, and to take nothing new"),
        ("cordon", WorkerOrder.Cordoned, "to finish what they have, and to take nothing new"),
        ("uncordon", WorkerOrder.None, "to work again"),
    ];

    public static void MapFleet(this IEndpointRouteBuilder api)
    {
        var fleet = api.MapGroup("/fleet").WithTags("fleet");
        fleet.MapGet("", GetAsync).WithName("getFleet").WithSummary("The workers, as they said two seconds ago or so.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        foreach (var (word, order, summary) in Orders)
        {
            Map("workers", "Worker", "worker.unknown", "Tells a worker");
            Map("silos", "Silo", "silo.unknown", "Tells all workers of a silo");

            void Map(string kind, string name, string unknown, string tells) => fleet.MapPost(
                $"/{kind}/{{id}}/{word}",
                (string id, ReasonRequest? request, ClusterLink cluster, Acts acts, HttpContext context, CancellationToken cancellationToken) =>
                    OrderAsync(id, (word, order), request?.Reason, unknown, cluster, acts, Caller.Of(context), cancellationToken))
                .WithName($"{word}{name}").WithSummary($"{tells} {summary}.").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<Ok<FleetView>> GetAsync(ClusterLink cluster, JobList jobs, CancellationToken cancellationToken)
    {
        var fleet = await cluster.AskAsync((client, cancel) => client.GetFleetAsync(cancel), cancellationToken);
        return TypedResults.Ok(FleetView.Of(fleet, await jobs.ReadAllAsync(cancellationToken)));
    }

    private static async Task<NoContent> OrderAsync(
        string id, (string Word, WorkerOrder Order) told, string? reason, string unknown, ClusterLink cluster, Acts acts, string name, CancellationToken cancellationToken)
    {
        cluster.Require();
        await acts.BeginAsync($"fleet.{told.Word}", id, reason, cancellationToken);
        try
        {
            await cluster.TellAsync((client, cancel) => client.As(name).OrderAsync(id, told.Order, cancel), cancellationToken);
        }
        catch (InvalidInputException refused)
        {
            throw ProblemException.NotFound(unknown, refused.Message);
        }
        return TypedResults.NoContent();
    }
}

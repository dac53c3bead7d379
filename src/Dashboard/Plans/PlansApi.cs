using System.Text.Json;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Files;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Models;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Uploads;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Plans;

/// <summary>What a job would be, before there is one.</summary>
internal static class PlansApi
{
    private const int MaxRows = 1000;

    public static void MapPlans(this IEndpointRouteBuilder api) => api.MapPost("/plans", PlanAsync).WithTags("jobs").WithName("planJob")
        .WithSummary("Says how large a job would be, and about how long it would take.").ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<Ok<PlanView>> PlanAsync(
        PlanRequest request, ModelCatalogue models, PlanEstimate estimate, IStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var (spec, model) = await models.ResolveAsync(request.Spec, cancellationToken);
        var rows = request switch
        {
            { File: { } file, Rows: null } => (await UploadedLists.FindAsync(store, file, time.GetUtcNow(), cancellationToken) ?? throw FilesApi.Unknown(file)).Rows,
            { File: null, Rows.Count: > MaxRows and var many } => throw new InvalidInputException($"rows has {many:N0} rows; allowed: up to {MaxRows:N0}; send more as a file"),
            { File: null, Rows: { } given } => (await RequestRows.ReadAsync(given, cancellationToken)).Count,
            _ => throw new InvalidInputException("a plan has its rows in 'rows', or the id of a list that was sent in 'file': one of these"),
        };
        return TypedResults.Ok(await estimate.OfAsync(spec, JobPlan.Of(spec, rows), model, cancellationToken));
    }
}

/// <summary>A job that somebody thinks of.</summary>
/// <param name="Spec">Its settings; the digest of the model may be left out.</param>
/// <param name="File">A list that was sent before, by its id.</param>
/// <param name="Rows">Or up to 1,000 rows: prompts, or objects as in a .jsonl list.</param>
internal sealed record PlanRequest(JobSpec Spec, string? File = null, IReadOnlyList<JsonElement>? Rows = null);

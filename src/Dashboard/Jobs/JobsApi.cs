using Atelier.Dashboard.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Jobs;

/// <summary>Jobs: what there are, and how one stands.</summary>
internal static class JobsApi
{
    private const string Lines = "application/x-ndjson";

    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("jobs");
        jobs.MapGet("", ListAsync).WithName("listJobs").WithSummary("The jobs of the store; with Accept: application/x-ndjson, one a line.");
        jobs.MapGet("/{job}", GetAsync).WithName("getJob").WithSummary("One job: how it stands, and what was asked of it.").ProducesProblem(StatusCodes.Status404NotFound);
        jobs.MapActs();
        api.MapBatches();
    }

    private static async Task<Results<Ok<JobPageView>, StatusCodeHttpResult, EmptyHttpResult>> ListAsync(
        [AsParameters] JobListQuery query, JobList list, HttpContext context, CancellationToken cancellationToken)
    {
        var asked = query.Check();
        var page = await list.ReadAsync(asked, cancellationToken);
        if (context.Request.Headers.Accept.ToString().Contains(Lines, StringComparison.OrdinalIgnoreCase))
        {
            await JsonLines.WriteAsync(context.Response, page.Data.ToAsyncEnumerable(), cancellationToken);
            return TypedResults.Empty;
        }
        return EntityTag.IsKnown(context, page with { AsOf = default }) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(page);
    }

    private static async Task<Results<Ok<JobView>, StatusCodeHttpResult>> GetAsync(string job, JobReader reader, HttpContext context, CancellationToken cancellationToken)
    {
        var view = JobView.Of(await reader.ReadAsync(job, cancellationToken));
        return EntityTag.IsKnown(context, view with { AsOf = default }) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(view);
    }
}

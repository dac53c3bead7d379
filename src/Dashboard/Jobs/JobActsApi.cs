using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Jobs;

/// <summary>What can be done with jobs that are there.</summary>
internal static class JobActsApi
{
    private const int MaxBatch = 1000;

    public static void MapActs(this IEndpointRouteBuilder jobs)
    {
        MapAct(jobs, "pause", JobAct.Pause, "Gives the job no more workers until it is resumed.");
        MapAct(jobs, "resume", JobAct.Resume, "Goes on with a paused job.");
        MapAct(jobs, "cancel", JobAct.Cancel, "Stops the job for good; what it has finished stays.");
        MapAct(jobs, "retry-failed", JobAct.RetryFailed, "Puts shards that were set aside back to work.");
        jobs.MapPatch("/{job}", ChangeAsync).WithName("changeJob").WithSummary("Changes the job's class and share of the workers, its labels, or its note.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        jobs.MapDelete("/{job}", DeleteAsync).WithName("deleteJob").WithSummary("Removes a job that is not running; its files go in the background.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    public static void MapBatches(this IEndpointRouteBuilder api) => api.MapPost("/jobs:batch", BatchAsync).WithTags("jobs").WithName("actOnJobs")
        .WithSummary("Does the same with up to 1,000 jobs.").Produces<JobBatchView>(StatusCodes.Status207MultiStatus).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static void MapAct(IEndpointRouteBuilder jobs, string path, JobAct act, string summary) => jobs.MapPost(
        $"/{{job}}/{path}",
        async Task<Ok<JobView>> (string job, ReasonRequest? request, JobSteering steering, HttpContext context, CancellationToken cancellationToken) =>
            TypedResults.Ok(JobView.Of(await steering.ActAsync(job, act, request?.Reason, Caller.Of(context), cancellationToken))))
        .WithName($"{act.ToString().ToLowerInvariant()[0]}{act.ToString()[1..]}Job").WithSummary(summary)
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<Ok<JobView>> ChangeAsync(string job, JobChange change, JobSteering steering, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(JobView.Of(await steering.ChangeAsync(job, change, Caller.Of(context), cancellationToken)));

    private static async Task<Accepted> DeleteAsync(string job, string? reason, JobSteering steering, HttpContext context, CancellationToken cancellationToken)
    {
        await steering.ActAsync(job, JobAct.Delete, reason, Caller.Of(context), cancellationToken);
        return TypedResults.Accepted(JobLinks.Of(job));
    }

    private static async Task<JsonHttpResult<JobBatchView>> BatchAsync(JobBatchRequest request, JobSteering steering, HttpContext context, CancellationToken cancellationToken)
    {
        if (request.Jobs.Count is 0 or > MaxBatch) throw new InvalidInputException($"jobs has {request.Jobs.Count} names; allowed: 1 to {MaxBatch}");
        var results = await steering.ActOnAllAsync(request, Caller.Of(context), cancellationToken);
        return TypedResults.Json(new JobBatchView(results), statusCode: StatusCodes.Status207MultiStatus);
    }
}

/// <summary>What can be done with a job.</summary>
internal enum JobAct
{
    Pause,
    Resume,
    Cancel,
    RetryFailed,
    Delete,
}

/// <summary>Why something is done.</summary>
/// <param name="Reason">For those who look later; at most 500 characters.</param>
internal sealed record ReasonRequest(string? Reason = null);

/// <summary>What to change about a job; null for what stays.</summary>
/// <param name="Priority">Its class.</param>
/// <param name="Weight">Its share among the submitter's jobs of the class.</param>
/// <param name="Reason">Why.</param>
/// <param name="Labels">What to find it by, in place of what it had.</param>
/// <param name="Note">A note in words; empty for none.</param>
internal sealed record JobChange(JobPriority? Priority = null, int? Weight = null, string? Reason = null, IReadOnlyList<string>? Labels = null, string? Note = null);

/// <summary>What to do with several jobs.</summary>
/// <param name="Jobs">Their names.</param>
/// <param name="Act">What to do.</param>
/// <param name="Reason">Why.</param>
internal sealed record JobBatchRequest(IReadOnlyList<string> Jobs, JobAct Act, string? Reason = null);

/// <summary>What became of each job.</summary>
/// <param name="Results">In the order of the request.</param>
internal sealed record JobBatchView(IReadOnlyList<JobBatchResult> Results);

/// <summary>What became of a job.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Status">The HTTP status that the act alone would have had.</param>
/// <param name="Code">Stable name of the problem; null where there was none.</param>
/// <param name="Detail">The problem in words.</param>
internal sealed record JobBatchResult(string Job, int Status, string? Code = null, string? Detail = null);

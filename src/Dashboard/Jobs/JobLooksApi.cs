using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.History;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Jobs;

/// <summary>What is known of the inside of a job: what failed, and how fast it was.</summary>
internal static class JobLooksApi
{
    private static readonly TimeSpan DefaultStep = TimeSpan.FromMinutes(1);

    public static void MapJobLooks(this IEndpointRouteBuilder api)
    {
        var job = api.MapGroup("/jobs/{job}").WithTags("jobs");
        job.MapGet("/errors", ErrorsAsync).WithName("countErrors").WithSummary("What failed, in groups: samples by their codes, and shards with attempts that ended badly.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        job.MapGet("/history", HistoryAsync).WithName("getHistory").WithSummary("How fast the job was, in spans of 'step' seconds; where nothing was drawn, spans are missing. At most the last 5,000.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<Ok<JobErrors>> ErrorsAsync(string job, JobReads jobs, JobLook look, CancellationToken cancellationToken)
    {
        await jobs.GetAsync(job, cancellationToken);
        return TypedResults.Ok(await look.ErrorsAsync(job, cancellationToken));
    }

    private static async Task<Ok<HistoryView>> HistoryAsync(
        string job, DateTimeOffset? since, double? step, JobReads jobs, JobLook look, TimeProvider time, CancellationToken cancellationToken)
    {
        if (step is { } seconds && !(seconds >= 0 && seconds <= TimeSpan.MaxValue.TotalSeconds / 2)) throw new InvalidInputException($"step is '{step}'; allowed: a number of seconds");
        var span = step is { } given ? TimeSpan.FromSeconds(given) : DefaultStep;
        RateSpans.CheckStep(span);
        await jobs.GetAsync(job, cancellationToken);
        var asOf = time.GetUtcNow();
        return TypedResults.Ok(new HistoryView(await look.RatesAsync(job, since ?? DateTimeOffset.UnixEpoch, span, cancellationToken), span, asOf));
    }
}

/// <summary>How fast a job was.</summary>
/// <param name="Data">Spans, the oldest first.</param>
/// <param name="Step">Length of a span.</param>
/// <param name="AsOf">When this was so.</param>
internal sealed record HistoryView(IReadOnlyList<RatePoint> Data, TimeSpan Step, DateTimeOffset AsOf);

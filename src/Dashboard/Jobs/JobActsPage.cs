using System.Globalization;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Pages;

namespace Atelier.Dashboard.Jobs;

/// <summary>What can be done with jobs by forms. Every act may be repeated; those that cannot be undone are asked about first, on a page of their own.</summary>
internal static class JobActsPage
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapPost("/jobs/act", ActOnAllAsync);
        pages.MapGet("/jobs/{job}/cancel", async (string job, JobReader reader, CancellationToken cancellationToken) =>
            Confirm([await reader.ReadAsync(job, cancellationToken)], JobUrl.Of(job)));
        pages.MapPost("/jobs/{job}/class", ChangeAsync);
        pages.MapPost("/jobs/{job}/labels", LabelAsync);
        foreach (var (path, act) in Acts) pages.MapPost($"/jobs/{{job}}/{path}", (string job, HttpContext context, JobSteering steering) => ActAsync(job, act, context, steering));
    }

    private static IReadOnlyList<(string Path, JobAct Act)> Acts { get; } =
        [("pause", JobAct.Pause), ("resume", JobAct.Resume), ("retry-failed", JobAct.RetryFailed), ("cancel", JobAct.Cancel)];

    private static async Task<IResult> ActAsync(string job, JobAct act, HttpContext context, JobSteering steering)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        await steering.ActAsync(job, act, Reason(form), Caller.Of(context), context.RequestAborted);
        return SeeOther.To(JobUrl.Of(job));
    }

    private static async Task<IResult> ChangeAsync(string job, HttpContext context, JobSteering steering)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (!Enum.TryParse<JobPriority>(form["priority"], ignoreCase: true, out var priority) || !Enum.IsDefined(priority))
            throw new InvalidInputException($"class is '{form["priority"]}'; allowed: low, normal, high");
        if (!int.TryParse(form["weight"], NumberStyles.None, CultureInfo.InvariantCulture, out var weight))
            throw new InvalidInputException($"weight is '{form["weight"]}'; allowed: 1 to {JobScheduling.MaxWeight}");
        await steering.ChangeAsync(job, new JobChange(priority, weight, Reason(form)), Caller.Of(context), context.RequestAborted);
        return SeeOther.To(JobUrl.Of(job));
    }

    private static async Task<IResult> LabelAsync(string job, HttpContext context, JobSteering steering)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var labels = form["labels"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // Browsers end the lines of forms with both.
        var note = form["note"].ToString().ReplaceLineEndings("\n").Trim();
        await steering.ChangeAsync(job, new JobChange(Labels: labels, Note: note), Caller.Of(context), context.RequestAborted);
        return SeeOther.To(JobUrl.Of(job));
    }

    private static async Task<IResult> ActOnAllAsync(HttpContext context, JobSteering steering, JobReader reader)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var here = form["here"].ToString() is ['/', 'j', 'o', 'b', 's', ..] back ? back : "/jobs";
        if (Acts.FirstOrDefault(one => one.Path == form["act"]) is not { Path: not null } chosen) throw new InvalidInputException($"act is '{form["act"]}'; allowed: {string.Join(", ", Acts.Select(one => one.Path))}");
        var jobs = form["job"].OfType<string>().Distinct(StringComparer.Ordinal).Take(JobsPageQuery.Window).ToList();
        if (jobs.Count == 0) return SeeOther.To(here);
        if (chosen.Act == JobAct.Cancel && form["sure"] != "yes")
            return Confirm(await Task.WhenAll(jobs.Select(job => reader.ReadAsync(job, context.RequestAborted))), here);
        var results = await steering.ActOnAllAsync(new JobBatchRequest(jobs, chosen.Act, Reason(form)), Caller.Of(context), context.RequestAborted);
        return results.All(one => one.Status < StatusCodes.Status400BadRequest) ? SeeOther.To(here) : new PageResult("Not all was done", ActResults.Of(results, here)) { Section = "jobs" };
    }

    private static PageResult Confirm(IReadOnlyList<JobSnapshot> jobs, string here) => new("Cancel for good?", CancelPage.Of(jobs, here)) { Section = "jobs" };

    private static string? Reason(IFormCollection form) => form["reason"].ToString().Trim() is { Length: > 0 } reason ? reason : null;
}

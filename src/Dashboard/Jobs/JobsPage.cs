using Atelier.Dashboard.Fleet;
using Atelier.Dashboard.Pages;

namespace Atelier.Dashboard.Jobs;

/// <summary>The page of all jobs.</summary>
internal static class JobsPage
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/", () => SeeOther.To("/jobs"));
        pages.MapGet("/jobs", ShowAsync);
        pages.MapGet("/jobs/live", Live);
        pages.MapGet("/find", FindAsync);
    }

    private static async Task<IResult> ShowAsync(HttpContext context, JobList list, FleetReader fleet, TimeProvider time, CancellationToken cancellationToken)
    {
        var query = JobsPageQuery.Read(context.Request.Query);
        var window = query.Choose(await list.ReadAllAsync(cancellationToken), time.GetUtcNow());
        var content = JobsTable.Of(query, window, await fleet.TryReadAsync(cancellationToken), Access.Caller.SubmitterOf(context));
        return new PageResult("Jobs", content) { Section = "jobs", Live = query.Url(same => same, "/jobs/live") };
    }

    private static LiveResult Live(HttpContext context, JobList list, FleetReader fleet, ShellReader shell, TimeProvider time)
    {
        var query = JobsPageQuery.Read(context.Request.Query);
        return new LiveResult(async cancellationToken =>
        {
            var window = query.Choose(await list.ReadAllAsync(cancellationToken), time.GetUtcNow());
            return
            [
                .. await shell.ReadPartsAsync(cancellationToken),
                new LivePart("numbers", JobsNumbers.Of(window.All, await fleet.TryReadAsync(cancellationToken))),
                new LivePart("counts", JobsCounts.Of(query, window)),
                .. window.Jobs.Select(job => new LivePart(JobRow.Id(job.Job), JobRow.Of(job, window.All.IsLive))),
            ];
        });
    }

    // A name that is a job's leads there; everything else is a filter.
    private static async Task<IResult> FindAsync(string? q, JobList list, FleetReader fleet, CancellationToken cancellationToken)
    {
        var name = q?.Trim() ?? "";
        if (name.Length == 0) return SeeOther.To("/jobs");
        if ((await list.ReadAllAsync(cancellationToken)).Jobs.Any(job => job.JobId == name)) return SeeOther.To(JobUrl.Of(name));
        var workers = (await fleet.TryReadAsync(cancellationToken))?.Silos.SelectMany(silo => silo.Workers) ?? [];
        return SeeOther.To(workers.FirstOrDefault(worker => worker.Worker.Name == name) is { } worker ? WorkerPage.Url(worker) : $"/jobs?q={Uri.EscapeDataString(name)}");
    }
}

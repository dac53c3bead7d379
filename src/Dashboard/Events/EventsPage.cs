using Atelier.Dashboard.Jobs;

namespace Atelier.Dashboard.Events;

/// <summary>What happened to a job.</summary>
internal static class EventsPage
{
    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet("/jobs/{job}/events", async (string job, JobReads jobs, JobLook look, CancellationToken cancellationToken) =>
        JobPages.Show(await jobs.GetAsync(job, cancellationToken), "events", Happenings.Of(await look.HappeningsAsync(job, cancellationToken))));
}


namespace Atelier.Dashboard.Jobs;

/// <summary>What failed in a job, in groups.</summary>
internal static class ErrorsPage
{
    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet("/jobs/{job}/errors", async (string job, JobReads jobs, JobLook look, CancellationToken cancellationToken) =>
    {
        var snapshot = await jobs.GetAsync(job, cancellationToken);
        return JobPages.Show(snapshot, "errors", Errors.Of(snapshot, await look.ErrorsAsync(job, cancellationToken)));
    });
}

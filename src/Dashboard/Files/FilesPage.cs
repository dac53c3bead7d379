using Atelier.Dashboard.Jobs;

namespace Atelier.Dashboard.Files;

/// <summary>The files of a job.</summary>
internal static class FilesPage
{
    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet("/jobs/{job}/files", async (string job, JobReads jobs, CancellationToken cancellationToken) =>
    {
        var snapshot = await jobs.GetAsync(job, cancellationToken);
        return JobPages.Show(snapshot, "files", JobFilesList.Of(snapshot));
    });
}

using Atelier.Dashboard.Jobs;

namespace Atelier.Dashboard.Samples;

/// <summary>The images of a job.</summary>
internal static class GalleryPage
{
    public static void Map(IEndpointRouteBuilder pages) => pages.MapGet("/jobs/{job}/images", ShowAsync);

    private static async Task<IResult> ShowAsync(string job, JobReads jobs, JobReader reader, GalleryReader gallery, HttpContext context, CancellationToken cancellationToken)
    {
        var snapshot = await jobs.GetAsync(job, cancellationToken);
        if (snapshot.Progress.Samples == 0) return JobPages.Show(snapshot, "images", Gallery.NotStarted);
        var plan = await reader.ReadPlanAsync(job, cancellationToken);
        var query = GalleryQuery.Read(context.Request.Query).Within(plan);
        return JobPages.Show(snapshot, "images", Gallery.Of(job, plan, query, await gallery.ReadAsync(job, plan, query, cancellationToken)));
    }
}

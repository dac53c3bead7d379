using Atelier.Dashboard.Events;
using Atelier.Dashboard.Files;
using Atelier.Dashboard.Pages;
using Atelier.Dashboard.Samples;
using Atelier.Dashboard.Shards;
using Atelier.Dashboard.Sweeps;

namespace Atelier.Dashboard.Jobs;

/// <summary>The pages of one job.</summary>
internal static class JobPages
{
    /// <summary>Their names in the address, with their words; the first is the job itself.</summary>
    public static IReadOnlyList<(string Path, string Word)> All { get; } =
        [("", "Overview"), ("images", "Images"), ("sweep", "Sweep"), ("errors", "Errors"), ("shards", "Shards"), ("parameters", "Parameters"), ("files", "Files"), ("events", "Events")];

    public static void Map(IEndpointRouteBuilder pages)
    {
        OverviewPage.Map(pages);
        GalleryPage.Map(pages);
        SamplePage.Map(pages);
        SweepPage.Map(pages);
        ErrorsPage.Map(pages);
        ShardsPage.Map(pages);
        ParametersPage.Map(pages);
        FilesPage.Map(pages);
        EventsPage.Map(pages);
        RatePlot.Map(pages);
    }

    /// <summary>A page of a job: its header, its tabs, and what the page is about.</summary>
    /// <param name="job">The job.</param>
    /// <param name="page">Name of the page in the address.</param>
    /// <param name="content">What it is about.</param>
    public static PageResult Show(JobSnapshot job, string page, Microsoft.AspNetCore.Components.RenderFragment content) =>
        new($"{job.Progress.JobId}{(page.Length == 0 ? "" : $", {page}")}", JobFrame.Of(job, page, content)) { Section = "jobs", Live = JobUrl.Of(job.Progress.JobId, page.Length == 0 ? "live" : "live?of=head") };
}

/// <summary>Reads a job once a second, however many look at it.</summary>
internal sealed class JobReads(JobReader reader, TimeProvider time)
{
    private readonly SharedReads<JobSnapshot> _reads = new(reader.ReadAsync, time);

    public Task<JobSnapshot> GetAsync(string job, CancellationToken cancellationToken) => _reads.GetAsync(job, cancellationToken);
}

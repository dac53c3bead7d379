using System.IO.Compression;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Fleet;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Models;
using Atelier.Dashboard.Samples;
using Atelier.Dashboard.Submit;
using Atelier.Dashboard.Sweeps;
using Atelier.Dataset.Access;
using Microsoft.AspNetCore.ResponseCompression;

namespace Atelier.Dashboard.Pages;

/// <summary>The web pages.</summary>
internal static class PagesHosting
{
    public static void AddAtelierPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Assets>().AddSingleton<HtmlWriter>().AddSingleton<LivePages>().AddSingleton<ShellReader>()
            .AddSingleton<JobReads>().AddSingleton<StoredLook>().AddSingleton<JobLook>().AddSingleton<GalleryReader>().AddSingleton<ModelsInUse>().AddSingleton<SweepRows>().AddSingleton<TrialRuns>();
        // Events are not among the types: compression would keep them back. Level 4 or so, since pages are made for each request.
        builder.Services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = ["text/html", "application/json", "application/x-ndjson", "image/svg+xml", "application/octet-stream"];
        });
        builder.Services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
    }

    public static void MapAtelierPages(this WebApplication app)
    {
        app.UseResponseCompression();
        Assets.Map(app);
        var pages = app.MapGroup("").ExcludeFromDescription().AddEndpointFilter<PageFaults>();
        Preferences.Map(pages);
        JobsPage.Map(pages);
        JobActsPage.Map(pages.MapGroup("").ChangesNeed(AccessScope.Submit));
        JobPages.Map(pages);
        FleetPage.Map(pages);
        ModelsPage.Map(pages);
        SubmitPage.Map(pages.MapGroup("").ChangesNeed(AccessScope.Submit));
        AccessPages.Map(pages);
        // Of GET alone: it would take what has no body from endpoints that may have one.
        pages.MapGet("{*path:nonfile}", PageFaults.NoPage).Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = int.MaxValue);
    }
}

using Atelier.Dashboard.Access;
using Atelier.Dashboard.Events;
using Atelier.Dashboard.Files;
using Atelier.Dashboard.Fleet;
using Atelier.Dashboard.Health;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Json;
using Atelier.Dashboard.Models;
using Atelier.Dashboard.OpenApi;
using Atelier.Dashboard.Plans;
using Atelier.Dashboard.Problems;
using Atelier.Dashboard.Samples;
using Atelier.Dashboard.Shards;
using Atelier.Dataset.Access;

namespace Atelier.Dashboard;

/// <summary>The REST API.</summary>
internal static class ApiHosting
{
    /// <summary>What all its paths begin with.</summary>
    public const string Root = "/api/v1";

    public static void AddAtelierApi(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ProblemHandler>();
        builder.AddAtelierOpenApi();
        builder.Services.AddSingleton<JobReader>().AddSingleton<JobList>().AddSingleton<LabelBook>().AddSingleton<Labelling>().AddSingleton<JobSteering>().AddSingleton<FleetReader>().AddSingleton<FleetSteering>().AddSingleton<JobSubmission>().AddSingleton<Quotas>();
        builder.Services.AddSingleton<ListUpload>().AddSingleton<ModelCatalogue>().AddSingleton<PlanEstimate>();
        builder.Services.AddSingleton<TableCache>().AddSingleton<Thumbnails>().AddSingleton<SampleReader>().AddSingleton<OutputLines>();
        builder.Services.AddSingleton<JobFeed>().AddSingleton<JobsFeed>().AddSingleton<FleetFeed>().AddSingleton<EventTopics>().AddSingleton<EventHub>().AddSingleton<JobEventReader>().AddSingleton<JobStream>();
    }

    public static void UseAtelierProblems(this WebApplication app)
    {
        app.UseStatusCodePages(pages => ProblemBody.CompleteAsync(pages.HttpContext));
        app.UseExceptionHandler();
    }

    public static void MapAtelierApi(this WebApplication app)
    {
        var api = app.MapGroup(Root);
        var own = api.MapGroup("").ChangesNeed(AccessScope.Submit);
        own.MapJobs();
        own.MapSubmissions();
        own.MapPlans();
        own.MapFiles();
        api.MapJobFiles();
        api.MapJobLooks();
        api.MapShards();
        api.MapSamples();
        api.MapEvents();
        api.MapFleet();
        api.MapModels();
        api.MapAccess();
        app.MapHealth();
        app.MapAtelierOpenApi();
    }
}

namespace Atelier.Dashboard.Jobs;

/// <summary>The part of the API about jobs.</summary>
internal static class JobsApi
{
    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        _ = api;
    }
}

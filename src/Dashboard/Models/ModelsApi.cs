namespace Atelier.Dashboard.Models;

/// <summary>The part of the API about models.</summary>
internal static class ModelsApi
{
    public static void MapModels(this IEndpointRouteBuilder api)
    {
        _ = api;
    }
}

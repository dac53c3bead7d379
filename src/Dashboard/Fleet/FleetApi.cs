namespace Atelier.Dashboard.Fleet;

/// <summary>The part of the API about fleet.</summary>
internal static class FleetApi
{
    public static void MapFleet(this IEndpointRouteBuilder api)
    {
        _ = api;
    }
}

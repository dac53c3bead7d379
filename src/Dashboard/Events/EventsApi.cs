namespace Atelier.Dashboard.Events;

/// <summary>The part of the API about events.</summary>
internal static class EventsApi
{
    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        _ = api;
    }
}

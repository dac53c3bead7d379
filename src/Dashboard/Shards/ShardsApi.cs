namespace Atelier.Dashboard.Shards;

/// <summary>The part of the API about shards.</summary>
internal static class ShardsApi
{
    public static void MapShards(this IEndpointRouteBuilder api)
    {
        _ = api;
    }
}

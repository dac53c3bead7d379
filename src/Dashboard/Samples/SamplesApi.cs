namespace Atelier.Dashboard.Samples;

/// <summary>The part of the API about samples.</summary>
internal static class SamplesApi
{
    public static void MapSamples(this IEndpointRouteBuilder api)
    {
        _ = api;
    }
}

namespace Atelier.Dashboard.Files;

/// <summary>The part of the API about files.</summary>
internal static class FilesApi
{
    public static void MapFiles(this IEndpointRouteBuilder api)
    {
        _ = api;
    }
}

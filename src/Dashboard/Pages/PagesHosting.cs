namespace Atelier.Dashboard.Pages;

/// <summary>The web pages.</summary>
internal static class PagesHosting
{
    public static void AddAtelierPages(this WebApplicationBuilder builder) => _ = builder;

    public static void MapAtelierPages(this WebApplication app) => _ = app;
}

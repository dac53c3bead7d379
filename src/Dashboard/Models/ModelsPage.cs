using Atelier.Dashboard.Pages;

namespace Atelier.Dashboard.Models;

/// <summary>The models that jobs may name.</summary>
internal static class ModelsPage
{
    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/models", async (string? digest, ModelsInUse models, CancellationToken cancellationToken) =>
            new PageResult("Models", ModelList.Of(await models.ReadAsync(cancellationToken), digest)) { Section = "models" });
        ModelPage.Map(pages);
    }
}

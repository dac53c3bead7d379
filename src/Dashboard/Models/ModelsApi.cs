using Atelier.Dashboard.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Models;

/// <summary>The models that jobs may name.</summary>
internal static class ModelsApi
{
    public static void MapModels(this IEndpointRouteBuilder api)
    {
        var models = api.MapGroup("/models").WithTags("models");
        models.MapGet("", async Task<Ok<ModelsView>> (ModelCatalogue catalogue, CancellationToken cancellationToken) => TypedResults.Ok(new ModelsView(await catalogue.ListAsync(cancellationToken))))
            .WithName("listModels").WithSummary("The models that jobs may name.");
        models.MapGet("/{digest}", async Task<Ok<KnownModel>> (string digest, ModelCatalogue catalogue, CancellationToken cancellationToken) => TypedResults.Ok(
                (await catalogue.ListAsync(cancellationToken)).FirstOrDefault(model => model.Digest == digest) ?? throw ProblemException.NotFound("model.unknown", "there is no model of that digest")))
            .WithName("getModel").WithSummary("One model.").ProducesProblem(StatusCodes.Status404NotFound);
    }
}

/// <summary>Models.</summary>
/// <param name="Data">By name, then digest.</param>
internal sealed record ModelsView(IReadOnlyList<KnownModel> Data);

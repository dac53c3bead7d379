using System.Text;
using Atelier.Dashboard.Pages;
using Atelier.Dashboard.Plots;
using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Models;

/// <summary>One model: what it is, who has it, and what guidance does to it.</summary>
internal static class ModelPage
{
    /// <summary>Width and height of the plot, and those for narrow screens.</summary>
    public static (int Width, int Height) Wide => (900, 460);

    private static readonly (int Width, int Height) Narrow = (440, 380);

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/models/{name}", ShowAsync);
        pages.MapGet("/models/{name}/guidance.svg", PlotAsync);
    }

    /// <summary>Where it is; a name may be that of several, which their digests tell apart.</summary>
    public static string Url(string? name, string? digest, string? part = null) =>
        $"/models/{Uri.EscapeDataString(name ?? "unnamed")}{(part is null ? "" : $"/{part}")}{(digest is null ? "" : $"?digest={digest}")}";

    private static async Task<IResult> ShowAsync(string name, string? digest, ModelsInUse models, HttpContext context, CancellationToken cancellationToken)
    {
        var (found, others) = await FindAsync(name, digest, models, cancellationToken);
        return new PageResult(name, ModelSheet.Of(found, others, EvaluationFile.Read(found.Model.Folder), Preferences.ThemeOf(context))) { Section = "models" };
    }

    private static async Task<IResult> PlotAsync(string name, string? digest, string? theme, string? size, ModelsInUse models, HttpContext context, CancellationToken cancellationToken)
    {
        var results = EvaluationFile.Read((await FindAsync(name, digest, models, cancellationToken)).Found.Model.Folder);
        if (results.Count == 0) throw ProblemException.NotFound("model.not_evaluated", $"model '{name}' has no evaluation here");
        var (width, height) = size == "narrow" ? Narrow : Wide;
        context.Response.Headers.CacheControl = "no-cache, private";
        return TypedResults.Text(GuidancePlot.Create(results, theme == "dark").GetSvgXml(width, height), "image/svg+xml", Encoding.UTF8);
    }

    private static async Task<(UsedModel Found, IReadOnlyList<UsedModel> Others)> FindAsync(string name, string? digest, ModelsInUse models, CancellationToken cancellationToken)
    {
        var named = (await models.ReadAsync(cancellationToken)).Where(one => (one.Model.Name ?? "unnamed") == name).ToList();
        var found = named.FirstOrDefault(one => one.Model.Digest == digest) ?? (digest is null ? named.FirstOrDefault(one => one.Model.Folder is not null) ?? named.FirstOrDefault() : null);
        return found is null
            ? throw ProblemException.NotFound("model.unknown", $"there is no model '{name}'{(digest is null ? "" : " of this digest")}")
            : (found, [.. named.Where(one => one != found)]);
    }
}

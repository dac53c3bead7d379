using Atelier.Dataset.Access;

namespace Atelier.Dashboard.Access;

/// <summary>Who asks, who may ask what, and who has done what.</summary>
internal static class AccessApi
{
    public static void MapAccess(this IEndpointRouteBuilder api)
    {
        var access = api.MapGroup("").WithTags("access");
        access.MapGet("/me", (HttpContext context) => TypedResults.Ok(MeView.Of(Caller.GrantOf(context)!))).WithName("getMe").WithSummary("Who asks.");
        access.MapKeys();
        access.MapSignIn();
        access.MapAudit();
    }
}

/// <summary>Who asks.</summary>
/// <param name="Name">As decisions are kept with.</param>
/// <param name="Submitter">Who jobs are for, if their requests do not say.</param>
/// <param name="Scope">What may be done.</param>
/// <param name="Key">Id of the key that was shown; null where none is needed.</param>
/// <param name="ExpiresAt">From when on the key opens nothing; null for never.</param>
internal sealed record MeView(string Name, string Submitter, AccessScope Scope, string? Key, DateTimeOffset? ExpiresAt)
{
    public static MeView Of(Grant grant) => new(grant.Name, grant.Submitter, grant.Scope, grant.Key?.Id, grant.Key?.Expires);
}

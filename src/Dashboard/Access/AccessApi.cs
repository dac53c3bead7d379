using Atelier.Dataset.Access;

namespace Atelier.Dashboard.Access;

/// <summary>Who asks, who may ask what, and who has done what.</summary>
internal static class AccessApi
{
    public static void MapAccess(this IEndpointRouteBuilder api)
    {
        var access = api.MapGroup("").WithTags("access");
        access.MapGet("/me", async (HttpContext context, Quotas quotas, CancellationToken cancellationToken) =>
        {
            var grant = Caller.GrantOf(context)!;
            var left = grant.Key is { Quota: not null } key ? await quotas.LeftAsync(key, null, cancellationToken) : default;
            return TypedResults.Ok(MeView.Of(grant, left.Samples, left.Jobs));
        }).WithName("getMe").WithSummary("Who asks.");
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
/// <param name="Quota">How much may be made; null for any amount.</param>
/// <param name="SamplesLeft">Samples that may still be submitted today, in UTC; null for any number.</param>
/// <param name="JobsLeft">Jobs that may still be submitted before one ends; null for any number.</param>
internal sealed record MeView(
    string Name, string Submitter, AccessScope Scope, string? Key, DateTimeOffset? ExpiresAt, AccessQuota? Quota, long? SamplesLeft, int? JobsLeft)
{
    public static MeView Of(Grant grant, long? samples, int? jobs) => new(grant.Name, grant.Submitter, grant.Scope, grant.Key?.Id, grant.Key?.Expires, grant.Key?.Quota, samples, jobs);
}

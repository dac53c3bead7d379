using System.Security.Claims;
using Atelier.Dataset.Access;

namespace Atelier.Dashboard.Access;

/// <summary>Who has signed in at the provider, as the cookie has it: a name and a scope, and nothing else of what the provider has said.</summary>
internal static class Person
{
    private const string ScopeClaim = "atelier_scope";
    private const int MaxName = 100;

    /// <summary>The person that a provider tells of; null where he may do nothing, or has no name that could be kept.</summary>
    public static ClaimsPrincipal? Of(ClaimsPrincipal told, OpenIdConnectSettings settings, string scheme)
    {
        var name = told.FindFirst(settings.NameClaim)?.Value;
        if (name is null || name.Length is 0 or > MaxName || name.Any(char.IsControl)) return null;
        return settings.ScopeOf(told.FindAll(settings.GroupsClaim).Select(claim => claim.Value)) is { } scope
            ? new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ScopeClaim, scope.ToString())], scheme))
            : null;
    }

    /// <summary>What a person may do; null for one who has not signed in so.</summary>
    public static Grant? GrantOf(ClaimsPrincipal principal) =>
        Enum.TryParse<AccessScope>(principal.FindFirst(ScopeClaim)?.Value, out var scope) && principal.FindFirst(ClaimTypes.Name)?.Value is { } name
            ? new Grant(scope, name, name, null) { Bucket = $"person {name}" }
            : null;
}

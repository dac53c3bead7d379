using System.Security.Claims;
using System.Text.Encodings.Web;
using Atelier.Dataset.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Atelier.Dashboard.Access;

/// <summary>Signs in who sends <c>Authorization: Bearer atl_...</c>, for that one request.</summary>
internal sealed class KeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, KeyRing ring)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The scheme of requests that show a key each.</summary>
    public const string Bearer = "Bearer";

    /// <summary>The scheme of browsers.</summary>
    public const string Cookie = "Cookie";

    private const string KeyClaim = "key";

    /// <summary>Who has shown a key. Only its id: what it allows is looked up anew for each request.</summary>
    public static ClaimsPrincipal PrincipalOf(AccessKey key, string scheme) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, key.Owner), new Claim(KeyClaim, key.Id)], scheme));

    /// <summary>Id of the key that was shown; null for none.</summary>
    public static string? KeyOf(ClaimsPrincipal principal) => principal.FindFirst(KeyClaim)?.Value;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var sent = Request.Headers.Authorization.ToString();
        if (!sent.StartsWith(Bearer + " ", StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.NoResult();
        return await ring.OpenAsync(sent[(Bearer.Length + 1)..].Trim(), Context.RequestAborted) is { } key
            ? AuthenticateResult.Success(new AuthenticationTicket(PrincipalOf(key, Scheme.Name), Scheme.Name))
            : AuthenticateResult.Fail("the key opens nothing");
    }
}

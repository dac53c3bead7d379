using Atelier.Dashboard.Pages;
using Atelier.Dashboard.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Atelier.Dashboard.Access;

/// <summary>Sign-in at a provider of OpenID Connect: the code flow with PKCE, into the same cookie that keys are changed for. Nothing of it is there unless it is configured.</summary>
internal static class OpenIdConnectHosting
{
    /// <summary>Where people begin.</summary>
    public const string Begin = "/sign-in/provider";

    private const string Scheme = "Provider";
    private const string Return = "/sign-in/callback";

    public static void AddProvider(this AuthenticationBuilder authentication, OpenIdConnectSettings settings)
    {
        settings.Check();
        authentication.AddOpenIdConnect(Scheme, options =>
        {
            (options.Authority, options.ClientId, options.ClientSecret) = (settings.Authority, settings.ClientId, settings.ClientSecret);
            options.RequireHttpsMetadata = !new Uri(settings.Authority).IsLoopback;
            options.SignInScheme = KeyAuthentication.Cookie;
            options.CallbackPath = Return;
            options.ResponseType = OpenIdConnectResponseType.Code;
            // In the address, so that cookies need not be sent along with what other sites post.
            options.ResponseMode = OpenIdConnectResponseMode.Query;
            options.UsePkce = true;
            options.MapInboundClaims = false;
            foreach (var scope in settings.Scopes) options.Scope.Add(scope);
            foreach (var cookie in new[] { options.CorrelationCookie, options.NonceCookie }) (cookie.SameSite, cookie.SecurePolicy) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
            options.Events.OnRedirectToIdentityProvider = redirecting =>
            {
                // Behind a proxy that has the certificate; the provider knows which addresses are the dashboard's.
                if (redirecting.Request.Headers["X-Forwarded-Proto"] == "https") redirecting.ProtocolMessage.RedirectUri = $"https://{redirecting.Request.Host}{Return}";
                return Task.CompletedTask;
            };
            options.Events.OnTicketReceived = ticket =>
            {
                ticket.Principal = Person.Of(ticket.Principal!, settings, KeyAuthentication.Cookie)
                    ?? throw new ProblemException(StatusCodes.Status403Forbidden, "access.group", $"you are known, and in no group that may use this dashboard, or the claim '{settings.NameClaim}' has no name");
                ticket.Properties!.IsPersistent = true;
                ticket.Properties.ExpiresUtc = ticket.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() + settings.Lifetime;
                return Task.CompletedTask;
            };
            options.Events.OnRemoteFailure = failed => throw new ProblemException(StatusCodes.Status403Forbidden, "access.provider", failed.Failure?.InnerException is ProblemException known ? known.Message : "the provider has not let you in, or took too long; begin again");
        });
    }

    public static void MapProvider(this IEndpointRouteBuilder pages, OpenIdConnectSettings? settings)
    {
        if (settings is null) return;
        pages.MapGet(Begin, (string? to) => TypedResults.Challenge(new AuthenticationProperties { RedirectUri = SeeOther.Back(to).Url }, [Scheme]));
    }
}

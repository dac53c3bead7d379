using Atelier.Dashboard.Pages;
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
                if (Person.Of(ticket.Principal!, settings, KeyAuthentication.Cookie) is not { } person)
                    return RefuseAsync(ticket, $"You have signed in at {settings.Name}, but are in no group that may use this dashboard, or the claim '{settings.NameClaim}' has no name. Ask whoever runs the dashboard.");
                ticket.Principal = person;
                ticket.Properties!.IsPersistent = true;
                ticket.Properties.ExpiresUtc = ticket.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() + settings.Lifetime;
                return Task.CompletedTask;
            };
            options.Events.OnRemoteFailure = failed => RefuseAsync(failed, $"You were not let in by {settings.Name}, or it took too long. Begin again.");
        });
    }

    public static void MapProvider(this IEndpointRouteBuilder pages, OpenIdConnectSettings? settings)
    {
        if (settings is null) return;
        pages.MapGet(Begin, async (string? to, HttpContext context) =>
        {
            try
            {
                await context.ChallengeAsync(Scheme, new AuthenticationProperties { RedirectUri = SeeOther.Back(to).Url });
                return (IResult)TypedResults.Empty;
            }
            catch (Exception silent) when (silent is InvalidOperationException or HttpRequestException or IOException)
            {
                // Its addresses are read from it, the first time that somebody begins.
                return await AccessPages.AskAsync(to, $"At present {settings.Name} does not answer. Try again later, or sign in with a key.", StatusCodes.Status503ServiceUnavailable, context);
            }
        });
    }

    // It is a person who comes back from the provider, and no script.
    private static async Task RefuseAsync(HandleRequestContext<RemoteAuthenticationOptions> coming, string why)
    {
        await (await AccessPages.AskAsync(null, why, StatusCodes.Status403Forbidden, coming.HttpContext)).ExecuteAsync(coming.HttpContext);
        coming.HandleResponse();
    }
}
